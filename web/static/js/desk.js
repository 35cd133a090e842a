/**
 * The desk: list, map and pane of one page. Everything works as plain links and forms; this keeps the
 * list fresh, draws it on the map, and changes the pane without loading the page anew.
 */

import { getJSON, toastProblem } from "./api.js";
import { enhanceForm } from "./desk_form.js";
import { LiveList } from "./desk_live.js";
import { SpotMap } from "./desk_map.js";
import { Pane } from "./desk_pane.js";
import { PlaceField } from "./desk_place.js";
import { distanceText, t } from "./strings.js";
import { CountyMap } from "./map.js";

const LAYERS = ["places", "water", "roads", "communities", "grids", "compounds"];
const METRES_PER_DEGREE = 111_320;
const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 800px)");

class Desk {
  constructor() {
    this.county = new CountyMap({ layers: LAYERS, failed: (problem) => this.complain(problem) });
    this.map = this.county.map;
    this.spots = new SpotMap(this.map, { open: (number) => this.open(number), still: phone.matches });
    this.live = new LiveList({ refreshed: () => this.listed(), changed: (number) => this.pane.tellChanged(number) });
    this.pane = new Pane({
      leaving: () => this.leaving(),
      shown: (element) => this.shown(element),
      done: () => this.done(),
      small: phone,
    });
    this.drawers();
    this.chooser();
  }

  async start() {
    try {
      const { bbox } = await getJSON("/api/v1/county");
      this.listed();
      this.frame();
      this.shown($("desk-detail"));
      await this.county.load(null, bbox);
    } catch (problem) {
      this.complain(problem);
    }
    this.farness();
    const tab = document.querySelector(".desk-tabs a[aria-current]");
    if (tab && tab.offsetLeft + tab.offsetWidth > tab.parentElement.clientWidth) tab.parentElement.scrollLeft = tab.offsetLeft - 72;
    document.body.dataset.ready = "desk";
  }

  complain(problem) {
    if (Date.now() - (this.complained ?? 0) < 8000) return;
    this.complained = Date.now();
    toastProblem(problem);
  }

  /** The cards of the list, as points; further pages come from the server. */
  async listed() {
    this.spots.show([...document.querySelectorAll(".desk-card")].map((card) => this.spotOf(card)));
    this.mark();
    if (phone.matches || !document.querySelector(".desk-older")) return;
    try {
      const query = Object.fromEntries(new URLSearchParams(location.search));
      delete query.after;
      delete query.done;
      const { items } = await getJSON("/desk/spots", query);
      this.spots.show(items);
    } catch (problem) {
      this.complain(problem);
    }
  }

  spotOf(card) {
    const { number, lon, lat, state } = card.dataset;
    return { number, lon: Number(lon), lat: Number(lat), state, title: card.querySelector("b").textContent };
  }

  /** The map goes back to where it was before the form goes. */
  leaving() {
    this.place?.close();
    this.place = null;
  }

  /** The pane shows something else: light up its report, equip its form. */
  shown(element) {
    const report = element.querySelector("#desk-report");
    const { number } = element.dataset;
    if (report) {
      const { lon, lat, state, words } = report.dataset;
      this.spots.choose({ number, lon: Number(lon), lat: Number(lat), state, title: words });
    } else {
      this.spots.choose(null);
    }
    this.mark();
    this.navigation();
    const form = element.querySelector("form.desk-sheet");
    if (!form) return;
    enhanceForm(form);
    const place = form.querySelector("[data-place]");
    if (place) this.place = new PlaceField(place, this.map, { start: this.spots.chosen, small: phone.matches, number });
  }

  /** Something was sent and taken: read the list anew; what was chosen for it has served. */
  done() {
    if ($("desk-result")) $("desk-choose-none")?.click();
    this.live.tick();
  }

  mark() {
    const { number } = $("desk-detail").dataset;
    for (const link of document.querySelectorAll("a[data-report]")) {
      if (number && link.dataset.report === number) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  open(number) {
    const address = `/desk/${number}${location.search}`;
    if (phone.matches) location.assign(address);
    else this.pane.open(address);
  }

  /** Look at the report that is shown; on a phone's list at the first one; else at all of them. */
  frame() {
    const report = $("desk-report");
    const first = document.querySelector(".desk-card");
    const at = report ?? (phone.matches ? first : null);
    if (at) this.map.setView([Number(at.dataset.lat), Number(at.dataset.lon)], 17.5, { animate: false });
    else this.spots.fit();
  }

  /** Android's phones know geo: addresses; elsewhere the link leads to our own map. */
  navigation() {
    if (!/Android/.test(navigator.userAgent)) return;
    for (const link of document.querySelectorAll("[data-navigate]")) {
      const { lon, lat } = link.dataset;
      link.href = `geo:${lat},${lon}?q=${lat},${lon}`;
    }
  }

  /** A drawer closes by its button, by Escape and by a click beside it. */
  drawers() {
    const close = (drawer) => {
      drawer.open = false;
      drawer.querySelector("summary").focus();
    };
    document.addEventListener("click", ({ target }) => {
      for (const drawer of document.querySelectorAll("details.desk-filter[open], details.desk-more[open]")) {
        if (target.closest("[data-close]") && drawer.contains(target)) close(drawer);
        else if (!drawer.contains(target)) drawer.open = false;
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      const drawer = document.querySelector("details.desk-filter[open], details.desk-more[open]");
      if (drawer) close(drawer);
      else document.querySelector("[data-close-sheet]")?.click();
    });
  }

  /** The bar for many reports shows while some are chosen. */
  chooser() {
    const bar = $("desk-bulk");
    if (!bar) return;
    const boxes = () => [...document.querySelectorAll(".desk-pick input")];
    const tell = () => {
      const count = boxes().filter((box) => box.checked).length;
      bar.hidden = count === 0;
      $("desk-chosen").textContent = t("chosen", { n: count });
      document.body.classList.toggle("desk-choosing", count > 0);
    };
    document.addEventListener("change", ({ target }) => target.closest(".desk-pick") && tell());
    $("desk-choose-none").addEventListener("click", () => {
      for (const box of boxes()) box.checked = false;
      tell();
    });
    this.live.kept = tell;
    tell();
  }

  /** How far each card is, where the reader has let this page know where she is before. */
  async farness() {
    const asked = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (asked?.state !== "granted" || !window.isSecureContext) return;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      for (const card of document.querySelectorAll(".desk-card")) {
        const north = (Number(card.dataset.lat) - coords.latitude) * METRES_PER_DEGREE;
        const east = (Number(card.dataset.lon) - coords.longitude) * METRES_PER_DEGREE * Math.cos((coords.latitude * Math.PI) / 180);
        card.querySelector("[data-far]").textContent = ` · ${t("away", { distance: distanceText(Math.hypot(north, east)) })}`;
      }
    });
  }
}

new Desk().start();
