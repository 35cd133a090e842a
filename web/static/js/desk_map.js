/**
 * The list on the map: a dot a report, coloured by how its deadline stands; dots that would lie on one
 * another become one with their number.
 */

import { el } from "./dom.js";
import { t } from "./strings.js";

const CELL_PX = 40;
const WORST_FIRST = ["late", "near", "fine", "none"];
const CLOSEST = 20;
const SIZE = { dot: 18, chosen: 28 };

function worst(spots) {
  return WORST_FIRST.find((state) => spots.some((spot) => spot.state === state)) ?? "none";
}

export class SpotMap {
  /**
   * @param {L.Map} map
   * @param {object} told `open(number)`: a dot was chosen. `still`: the map is a picture, a finger on it
   *   scrolls the page.
   */
  constructor(map, { open, still }) {
    Object.assign(this, { map, open, spots: [], chosen: null });
    this.layer = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.draw());
    this.hold(still);
  }

  /** Let the map be a picture, or let people move it. */
  hold(still) {
    for (const way of ["dragging", "touchZoom", "scrollWheelZoom", "doubleClickZoom", "keyboard"]) {
      this.map[way][still ? "disable" : "enable"]();
    }
    this.map.getContainer().style.touchAction = still ? "auto" : "";
  }

  /** Draw these: {number, lon, lat, state, title}. */
  show(spots) {
    this.spots = spots;
    this.draw();
  }

  /** Light one up, listed or not; null for none. */
  choose(spot) {
    this.chosen = spot;
    this.draw();
    if (spot && !this.map.getBounds().pad(-0.15).contains([spot.lat, spot.lon])) this.map.panTo([spot.lat, spot.lon]);
  }

  fit() {
    if (!this.spots.length) return;
    const bounds = this.spots.map(({ lat, lon }) => [lat, lon]);
    this.map.fitBounds(bounds, { padding: [60, 60], maxZoom: 17, animate: false });
  }

  draw() {
    this.layer.clearLayers();
    const others = this.spots.filter(({ number }) => number !== this.chosen?.number);
    for (const group of this.grouped(others)) {
      if (group.length === 1) this.dot(group[0]);
      else this.bubble(group);
    }
    if (this.chosen) this.dot(this.chosen, true);
  }

  grouped(spots) {
    const cells = new Map();
    for (const spot of spots) {
      const { x, y } = this.map.project([spot.lat, spot.lon]);
      const key = `${Math.floor(x / CELL_PX)}:${Math.floor(y / CELL_PX)}`;
      cells.set(key, [...(cells.get(key) ?? []), spot]);
    }
    return cells.values();
  }

  dot(spot, chosen = false) {
    const size = chosen ? SIZE.chosen : SIZE.dot;
    const icon = L.divIcon({ className: `desk-dot desk-dot-${spot.state}${chosen ? " desk-dot-chosen" : ""}`, iconSize: [size, size] });
    this.mark([spot.lat, spot.lon], icon, t("show_report", spot), chosen ? 1000 : 0, () => this.open(spot.number));
  }

  bubble(group) {
    const lat = group.reduce((sum, spot) => sum + spot.lat, 0) / group.length;
    const lon = group.reduce((sum, spot) => sum + spot.lon, 0) / group.length;
    const size = 26 + 4 * Math.min(4, Math.floor(Math.log2(group.length)));
    const html = el("b", {}, String(group.length));
    const icon = L.divIcon({ className: `desk-dot desk-many desk-dot-${worst(group)}`, iconSize: [size, size], html });
    this.mark([lat, lon], icon, t("cluster", { n: group.length }), 500, () => this.enter(group));
  }

  /** Closer, until they come apart; those at one spot are opened in turn. */
  enter(group) {
    const bounds = L.latLngBounds(group.map(({ lat, lon }) => [lat, lon]));
    const together = bounds.getNorthEast().distanceTo(bounds.getSouthWest()) < 3;
    if (!together && this.map.getZoom() < CLOSEST) {
      this.map.fitBounds(bounds, { padding: [80, 80], maxZoom: CLOSEST });
      return;
    }
    const here = group.findIndex(({ number }) => number === this.last);
    this.last = group[(here + 1) % group.length].number;
    this.open(this.last);
  }

  mark(at, icon, words, zIndexOffset, chosen) {
    // the list says the same to keyboards and screen readers
    const marker = L.marker(at, { icon, title: words, zIndexOffset, keyboard: false });
    marker.on("click", chosen).addTo(this.layer);
    marker.getElement().setAttribute("aria-hidden", "true");
  }
}
