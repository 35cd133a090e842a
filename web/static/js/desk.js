/**
 * The desk's map and its short cuts. Everything works as plain links and forms; on wide screens a
 * click shows the report without loading the page anew.
 */

import { getJSON, toastProblem } from "./api.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const LAYERS = ["places", "water", "roads", "communities", "grids", "compounds"];
const CLOSE_ZOOM = 17.5;
const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 800px)");

class Desk {
  constructor() {
    this.spots = JSON.parse($("desk-spots").textContent);
    this.county = new CountyMap({ layers: LAYERS, failed: (problem) => this.complain(problem) });
    this.map = this.county.map;
    this.dots = new Map();
    this.chosen = document.querySelector("[data-report][aria-current]")?.dataset.report ?? this.numberOf(location.pathname);
    if (phone.matches) this.stayStill();
    this.spots.forEach((spot) => this.dot(spot));
    document.addEventListener("click", (event) => this.clicked(event));
    addEventListener("popstate", () => location.reload());
    this.navigation();
  }

  complain(problem) {
    if (Date.now() - (this.complained ?? 0) < 8000) return;
    this.complained = Date.now();
    toastProblem(problem);
  }

  /** On a phone the map is a picture: a finger on it scrolls the page. */
  stayStill() {
    for (const way of ["dragging", "touchZoom", "scrollWheelZoom", "doubleClickZoom", "keyboard"]) this.map[way].disable();
    this.map.getContainer().style.touchAction = "auto";
  }

  numberOf(path) {
    return /^\/desk\/([\d-]+)/.exec(path)?.[1] ?? null;
  }

  dot(spot) {
    const size = spot.number === this.chosen ? 26 : 18;
    const kind = spot.number === this.chosen ? "chosen" : spot.key;
    const mark = L.divIcon({ className: `desk-dot desk-dot-${kind}`, iconSize: [size, size] });
    const alt = t("show_report", spot);
    this.dots.get(spot.number)?.remove();
    const marker = L.marker([spot.lat, spot.lon], { icon: mark, alt, title: spot.title, zIndexOffset: kind === "chosen" ? 1000 : 0 });
    marker.on("click", () => this.show(spot.number)).addTo(this.map);
    marker.getElement().setAttribute("aria-label", alt);
    this.dots.set(spot.number, marker);
  }

  async start() {
    const chosen = this.spots.find(({ number }) => number === this.chosen);
    try {
      const { bbox } = await getJSON("/api/v1/county");
      this.frame(chosen);
      await this.county.load(null, bbox);
    } catch (problem) {
      this.complain(problem);
    }
    document.body.dataset.ready = "desk";
  }

  /** Look at the chosen report; on a phone's list at the newest; else at all of them. */
  frame(chosen) {
    const target = chosen ?? (phone.matches ? this.spots[0] : null);
    if (target) this.map.setView([target.lat, target.lon], CLOSE_ZOOM, { animate: false });
    else if (this.spots.length) this.map.fitBounds(this.spots.map(({ lat, lon }) => [lat, lon]), { padding: [60, 60], maxZoom: 17, animate: false });
  }

  clicked(event) {
    const link = event.target.closest("a[data-report]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!link || !plain || phone.matches) return;
    event.preventDefault();
    this.show(link.dataset.report);
  }

  /** Show a report: in its pane where there is one, else on its page. */
  async show(number) {
    const address = `/desk/${number}${location.search}`;
    if (phone.matches) {
      location.assign(address);
      return;
    }
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      const text = (await response.text()).replace(/<style[\s\S]*?<\/style>/g, ""); // its nonce is not ours
      const page = new DOMParser().parseFromString(text, "text/html");
      const detail = page.getElementById("desk-detail");
      if (!response.ok || !detail) throw new Error("not the page of a report");
      $("desk-detail").replaceWith(document.adoptNode(detail));
    } catch {
      location.assign(address); // whatever it is, the page itself says it
      return;
    }
    history.pushState(null, "", address);
    this.choose(number);
    $("desk-detail").querySelector("h2").focus({ preventScroll: true });
  }

  choose(number) {
    this.chosen = number;
    for (const link of document.querySelectorAll("[data-report]")) {
      if (link.dataset.report === number) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.spots.forEach((spot) => this.dot(spot));
    const spot = this.spots.find((one) => one.number === number);
    if (spot && !this.map.getBounds().pad(-0.15).contains([spot.lat, spot.lon])) this.map.panTo([spot.lat, spot.lon]);
    this.navigation();
  }

  /** Android's phones know geo: addresses; elsewhere the link leads to our own map. */
  navigation() {
    if (!/Android/.test(navigator.userAgent)) return;
    for (const link of document.querySelectorAll("[data-navigate]")) {
      const { lon, lat } = link.dataset;
      link.href = `geo:${lat},${lon}?q=${lat},${lon}`;
    }
  }
}

new Desk().start();
