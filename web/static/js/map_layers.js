/**
 * The map's extra layers: a menu of them, their marks on the map, a card for the mark that was tapped.
 * Which are on stands in the address (?layers=a,b), so that a link shows the same.
 */

import { getJSON } from "./api.js";
import { el, icon } from "./dom.js";
import { polygonsOf, turned } from "./geometry.js";
import { numberText, t } from "./strings.js";

const PANE = "marks";
const TONES = { green: "#1a7446", amber: "#d99a2b", red: "#b8141f", blue: "#1d5bb8", purple: "#6639b0", grey: "#7b8698" };

export class MapLayers {
  /**
   * @param {HTMLElement} holder has a [data-toggle] button, a [data-panel] with a checkbox a layer.
   * @param {object} options `map`: Leaflet's; `dayOf()`: the map's day; `chosen`: keys that are on at first;
   *   `changed(keys)`: others are on; `picked(mark, layer)`: a mark was tapped; `failed(problem)`.
   */
  constructor(holder, options) {
    Object.assign(this, options, { holder, shown: new Map() });
    this.map.createPane(PANE).style.zIndex = 430; // above the borders and names
    this.renderer = L.canvas({ pane: PANE, padding: 0.35 });
    this.toggle = holder.querySelector("[data-toggle]");
    this.panel = holder.querySelector("[data-panel]");
    this.boxes = [...holder.querySelectorAll("input[type=checkbox]")];
    this.toggle.addEventListener("click", () => this.open(this.panel.hidden));
    for (const box of this.boxes) {
      box.checked = this.chosen.includes(box.value);
      box.addEventListener("change", () => this.turn(box));
    }
    holder.addEventListener("keydown", (event) => event.key === "Escape" && this.open(false, true));
    document.addEventListener("pointerdown", (event) => holder.contains(event.target) || this.open(false));
    this.count();
  }

  open(yes, back = false) {
    this.panel.hidden = !yes;
    this.toggle.setAttribute("aria-expanded", String(yes));
    if (back) this.toggle.focus();
  }

  get on() {
    return this.boxes.filter((box) => box.checked).map((box) => box.value);
  }

  count() {
    this.toggle.classList.toggle("lit", this.on.length > 0);
  }

  turn(box) {
    this.changed(this.on);
    this.count();
    if (box.checked) this.load(box);
    else this.clear(box.value);
  }

  clear(key) {
    this.shown.get(key)?.remove();
    this.shown.delete(key);
    this.tell(key, "");
  }

  /** Draw all that is on anew: the day has changed. */
  reload() {
    for (const box of this.boxes.filter((one) => one.checked)) this.load(box);
  }

  async load(box) {
    const key = box.value;
    this.tell(key, t("loading"));
    try {
      const { features } = await getJSON(`/map-layers/${key}`, { day: this.dayOf() });
      if (!box.checked) return;
      this.clear(key);
      const marks = features.map((feature) => this.mark(feature, box));
      this.shown.set(key, L.layerGroup(marks).addTo(this.map));
      this.tell(key, t("marks_n", { n: numberText(features.length) }));
    } catch (problem) {
      box.checked = false;
      this.clear(key);
      this.count();
      this.failed(problem);
    }
  }

  tell(key, words) {
    this.holder.querySelector(`[data-count="${key}"]`).textContent = words;
  }

  mark({ geometry, properties }, box) {
    const made = geometry.type === "Point" ? this.spot(geometry, properties, "raised" in box.dataset) : this.area(geometry, properties);
    const tapped = (event) => {
      L.DomEvent.stop(event.originalEvent ?? event);
      this.picked(properties, box.dataset.name);
    };
    made.on("click", tapped);
    made.on("keypress", ({ originalEvent }) => originalEvent.key === "Enter" && this.picked(properties, box.dataset.name));
    return made;
  }

  spot({ coordinates: [lon, lat] }, { tone, title, count }, raised) {
    const size = count ? 28 : 22;
    const iconAnchor = [size / 2, raised ? size + 12 : size / 2];
    const shape = L.divIcon({ className: `mark-spot tone-${tone}${raised ? " raised" : ""}`, iconSize: [size, size], iconAnchor, html: el("span", {}, count ? numberText(count) : "") });
    return L.marker([lat, lon], { icon: shape, title, alt: title, pane: "markerPane", keyboard: true });
  }

  area(geometry, { tone }) {
    const rings = polygonsOf(geometry).map((polygon) => polygon.map((ring) => ring.map(turned)));
    const colour = TONES[tone] ?? TONES.grey;
    return L.polygon(rings, { renderer: this.renderer, color: colour, weight: 2, fillColor: colour, fillOpacity: 0.28, bubblingMouseEvents: false });
  }
}

/** The card of a mark. `close()` is called by its button. */
export function markCard({ title, badge, tone, lines, href, link }, layer, close) {
  return el(
    "div",
    { class: "place-card" },
    el(
      "header",
      { class: "card-head" },
      el(
        "div",
        { class: "card-title" },
        el("h2", { tabindex: "-1" }, title),
        badge && el("span", { class: `badge badge-${tone}` }, badge),
        el("button", { class: "button button-icon", type: "button", "aria-label": t("close"), onclick: close }, icon("close")),
      ),
      el("p", { class: "muted" }, layer),
    ),
    el("div", { class: "card-scroll" }, el("div", { class: "card-facts mark-facts" }, lines.map((line) => el("p", {}, line)))),
    href && el("footer", { class: "card-foot" }, el("a", { class: "button button-red button-wide", href }, link || t("mark_open"))),
  );
}
