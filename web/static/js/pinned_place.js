/**
 * The place under the fixed pin. The map moves, the pin stays; where it comes to rest the server is
 * asked whose that is. A newer move makes the older question void.
 */

import { getJSON } from "./api.js";

const PAUSE_MS = 220;
const SAME_M = 0.05; // zooming keeps the centre to less than this
const METRES_PER_DEGREE = 111_320;
const CLOSE_ZOOM = 18;

/** From this zoom on a finger's width is a building or less; farther out a pin means nothing. */
export const NEAR_ENOUGH = 16;

function metresBetween(a, b) {
  const east = (a.lon - b.lon) * METRES_PER_DEGREE * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, (a.lat - b.lat) * METRES_PER_DEGREE);
}

export class PinnedPlace {
  /**
   * @param {L.Map} map
   * @param {object} told `moving()`: the map moves; `resting(state)`: the state has changed. A state is
   *   {kind, place: {lon, lat, source, accuracy}, data, problem}; kind is `unset`, `far` (zoom in
   *   first), `waiting`, `found` or `failed`.
   */
  constructor(map, { moving, resting }) {
    Object.assign(this, { map, moving, resting, human: false, restoring: false, timer: 0, abort: null });
    this.state = { kind: "unset", place: null, data: null, problem: null };
    // zooming must not move what is under the pin
    Object.assign(map.options, { scrollWheelZoom: "center", touchZoom: "center", doubleClickZoom: "center" });
    for (const name of ["pointerdown", "wheel", "keydown"]) {
      map.getContainer().addEventListener(name, () => (this.human = true), { capture: true, passive: true });
    }
    map.on("movestart", () => this.human && this.moving());
    map.on("moveend", () => this.ended());
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  }

  /** Put the pin on a point that a phone (`gps`), a search or a link knows. */
  set({ lon, lat, source = "pin", accuracy = null, zoom = null }) {
    this.human = false;
    this.stop();
    this.state = { kind: "waiting", place: { lon, lat, source, accuracy }, data: null, problem: null };
    this.map.setView([lat, lon], zoom ?? Math.max(this.map.getZoom(), CLOSE_ZOOM), { animate: false });
    this.settle(this.state.place);
  }

  /** Move the pin to a point, as a finger would. */
  moveTo(lon, lat) {
    this.human = true;
    this.map.panTo([lat, lon]);
  }

  zoomBy(step) {
    this.human = true;
    this.map.setZoom(this.map.getZoom() + step);
  }

  /** A person says: it is where the pin stands, however unsure the phone was. */
  confirm() {
    const { lon, lat } = this.state.place;
    this.settle({ lon, lat, source: "pin", accuracy: null });
  }

  /** Ask again, e.g. when the network is back. */
  again() {
    if (this.state.kind === "failed") this.settle(this.state.place);
  }

  ended() {
    if (this.restoring) return;
    if (this.human) this.moved();
    else if (this.state.place) this.restore();
  }

  /** People moved the map: a place that only zooming brought back is still what phone or search said. */
  moved() {
    this.human = false;
    const { lng, lat } = this.map.getCenter();
    const centre = { lon: lng, lat, source: "pin", accuracy: null };
    const before = this.state.place;
    this.settle(before && metresBetween(before, centre) < SAME_M ? before : centre);
  }

  /** The page was resized: whatever Leaflet rounds, the pin stays on its point. */
  restore() {
    const { lon, lat } = this.state.place;
    this.restoring = true;
    this.map.setView([lat, lon], this.map.getZoom(), { animate: false });
    this.restoring = false;
  }

  settle(place) {
    const { kind, place: known } = this.state;
    if (this.map.getZoom() < NEAR_ENOUGH) {
      this.stop();
      this.become({ kind: "far", place });
    } else if (kind === "found" && known === place) {
      this.resting(this.state);
    } else {
      this.stop();
      this.become({ kind: "waiting", place });
      this.timer = setTimeout(() => this.locate(place), PAUSE_MS);
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  async locate(place) {
    const { signal } = (this.abort = new AbortController());
    const { lon, lat, accuracy, source } = place;
    const query = { lon: lon.toFixed(7), lat: lat.toFixed(7), crs: "wgs84", accuracy, source };
    try {
      const data = await getJSON("/api/v1/locate", query, { signal });
      if (!signal.aborted) this.become({ kind: "found", place, data });
    } catch (problem) {
      if (!signal.aborted) this.become({ kind: "failed", place, problem });
    }
  }

  become(state) {
    this.state = { place: null, data: null, problem: null, ...state };
    this.resting(this.state);
  }
}
