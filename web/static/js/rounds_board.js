/**
 * The supervisor's map: buildings where doors are due, red where one is overdue, with their number.
 */

import { getJSON, toastProblem } from "./api.js";
import { el } from "./dom.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const CELL_PX = 44;

class DueMap {
  constructor() {
    this.county = new CountyMap({ buildings: false, layers: ["places", "water", "roads", "communities", "grids"], failed: toastProblem });
    this.map = this.county.map;
    this.marks = L.layerGroup().addTo(this.map);
    this.map.scrollWheelZoom.disable(); // the page scrolls
    this.map.on("zoomend", () => this.draw());
  }

  async start() {
    const [spots, { bbox }] = await Promise.all([getJSON("/rounds/due.json"), getJSON("/api/v1/county")]);
    this.spots = spots;
    if (spots.length) this.map.fitBounds(spots.map(({ lat, lon }) => [lat, lon]), { padding: [30, 30], maxZoom: 17, animate: false });
    this.draw();
    await this.county.load(null, bbox);
    document.body.dataset.ready = "yes";
  }

  draw() {
    this.marks.clearLayers();
    const cells = new Map();
    for (const spot of this.spots ?? []) {
      const { x, y } = this.map.project([spot.lat, spot.lon]);
      const key = `${Math.floor(x / CELL_PX)}:${Math.floor(y / CELL_PX)}`;
      cells.set(key, [...(cells.get(key) ?? []), spot]);
    }
    for (const group of cells.values()) this.mark(group);
  }

  mark(group) {
    const sum = (name) => group.reduce((total, spot) => total + spot[name], 0);
    const [overdue, due] = [sum("overdue"), sum("due")];
    const size = 22 + 4 * Math.min(4, Math.floor(Math.log2(overdue + due)));
    const at = [sum("lat") / group.length, sum("lon") / group.length];
    const icon = L.divIcon({ className: `round-stop ${overdue ? "round-late" : "round-soon"}`, iconSize: [size, size], html: el("b", {}, String(overdue + due)) });
    const title = group.length === 1 ? t("due_here", group[0]) : t("cluster", { n: group.length });
    const marker = L.marker(at, { icon, title, keyboard: false }).addTo(this.marks);
    marker.on("click", () => this.enter(group, title));
    marker.getElement().setAttribute("aria-hidden", "true"); // the table says the same
  }

  enter(group, title) {
    if (group.length > 1) this.map.fitBounds(group.map(({ lat, lon }) => [lat, lon]), { padding: [60, 60], maxZoom: 20 });
    else L.popup().setLatLng([group[0].lat, group[0].lon]).setContent(el("span", {}, title)).openOn(this.map);
  }
}

new DueMap().start().catch(toastProblem);
