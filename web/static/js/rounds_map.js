/**
 * The round on the map: numbered buildings in their order, the way between them along roads (a line) or
 * straight across (dashes).
 */

import { el } from "./dom.js";
import { turned } from "./geometry.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const ROAD = { color: "#b8141f", weight: 4, opacity: 0.75, interactive: false };
const STRAIGHT = { ...ROAD, weight: 3, dashArray: "2 8" };
const SIZE = { stop: 28, now: 38 };

/** How a building stands: `done` when all its doors are, else that of its worst door. */
export function stateOf(stop, isDone) {
  if (stop.doors.every(isDone)) return "done";
  return stop.doors.some((door) => door.state === "overdue" && !isDone(door)) ? "late" : "soon";
}

export class RoundMap {
  /** `chosen(index)`: a building was tapped; `failed(problem)`: a layer did not come. */
  constructor({ chosen, failed }) {
    this.county = new CountyMap({ layers: ["places", "water", "roads", "compounds"], failed });
    this.chosen = chosen;
    this.way = L.layerGroup().addTo(this.county.map);
    this.marks = L.layerGroup().addTo(this.county.map);
  }

  /** Draw the ground and the way, and fit it into the view. */
  show(stops) {
    this.stops = stops;
    this.way.clearLayers();
    for (const { leg } of stops) {
      if (leg) L.polyline(leg.line.map(turned), leg.by_road ? ROAD : STRAIGHT).addTo(this.way);
    }
    if (!stops.length) return;
    this.fit();
    this.county.load(null, this.box()).catch(() => {});
  }

  box() {
    const [lons, lats] = ["lon", "lat"].map((side) => this.stops.map((stop) => stop[side]));
    const [wide, high] = [0.004, 0.003];
    return [Math.min(...lons) - wide, Math.min(...lats) - high, Math.max(...lons) + wide, Math.max(...lats) + high];
  }

  fit() {
    const bounds = L.latLngBounds(this.stops.flatMap(({ lon, lat, leg }) => [[lat, lon], ...(leg?.line ?? []).map(turned)]));
    this.county.map.fitBounds(bounds, { padding: [28, 28], maxZoom: 18, animate: false });
  }

  /** Number the buildings; the one at `now` is larger and comes into view. */
  mark(now, isDone) {
    this.marks.clearLayers();
    this.stops.forEach((stop, at) => {
      const size = at === now ? SIZE.now : SIZE.stop;
      const state = stateOf(stop, isDone);
      const name = `round-stop round-${state}${at === now ? " round-now" : ""}`;
      const icon = L.divIcon({ className: name, iconSize: [size, size], html: el("b", {}, state === "done" ? "✓" : String(at + 1)) });
      const title = t("stop_at", { n: at + 1, title: stop.title });
      const marker = L.marker([stop.lat, stop.lon], { icon, title, zIndexOffset: at === now ? 1000 : 0, keyboard: false });
      marker.on("click", () => this.chosen(at)).addTo(this.marks);
      marker.getElement().setAttribute("aria-hidden", "true"); // the list says the same
    });
    this.see(this.stops[now]);
  }

  see(stop) {
    if (stop && !this.county.map.getBounds().pad(-0.04).contains([stop.lat, stop.lon])) this.county.map.panTo([stop.lat, stop.lon]);
  }

  here({ lon, lat, accuracy }) {
    this.county.here(lon, lat, accuracy);
    this.county.map.panTo([lat, lon]);
  }
}
