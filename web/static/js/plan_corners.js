/**
 * Dragging a border: the corners where grids meet, the ghost of the border while one is pulled. What
 * becomes of it is the server's answer: it lays the border along the pieces.
 */

import { getJSON, toastProblem } from "./api.js";
import { polygonsOf } from "./geometry.js";

const REACH = { mouse: 16, finger: 26 }; // px around a corner that take it
const LEAST_PX = 4;

const SAME = 2e-7; // degrees: corners come rounded, outlines do not
const CELL = 1e-5;

/** Finds the corner at a vertex of an outline. */
function finder(corners) {
  const cells = new Map();
  for (const corner of corners) {
    const [column, row] = [Math.round(corner.lng / CELL), Math.round(corner.lat / CELL)];
    for (const x of [-1, 0, 1]) for (const y of [-1, 0, 1]) cells.set(`${column + x} ${row + y}`, [...(cells.get(`${column + x} ${row + y}`) ?? []), corner]);
  }
  return ([lng, lat]) => cells.get(`${Math.round(lng / CELL)} ${Math.round(lat / CELL)}`)?.find((corner) => Math.abs(corner.lng - lng) < SAME && Math.abs(corner.lat - lat) < SAME);
}

export class PlanCorners {
  /** `dragged(from, to)`: LatLngs of a corner before and after. */
  constructor({ map, sketch, api }, { dragged }) {
    Object.assign(this, { map, sketch, api, dragged, list: [], on: false });
    map.on("moveend zoomend", () => this.on && this.draw());
  }

  /** Show the corners, or take them away. */
  show(on) {
    this.on = on;
    if (on) this.refresh();
    else this.sketch.show({ corners: [], ghost: null });
  }

  /** Ask for the corners of the newest version. */
  async refresh() {
    if (!this.on) return;
    try {
      const { corners, features } = await getJSON(`${this.api}/outlines`, { corners: true });
      if (!this.on) return;
      this.list = corners.map(([lng, lat, rows]) => ({ lat, lng, rows }));
      this.lines = features;
      this.draw();
    } catch (problem) {
      toastProblem(problem);
    }
  }

  draw() {
    const bounds = this.map.getBounds().pad(0.05);
    this.inView = this.list.filter(({ lat, lng }) => bounds.contains([lat, lng]));
    this.sketch.show({ corners: this.inView });
  }

  near({ x, y }, reach) {
    let [best, least] = [null, reach];
    for (const corner of this.inView ?? []) {
      const at = this.map.latLngToContainerPoint([corner.lat, corner.lng]);
      const away = Math.hypot(at.x - x, at.y - y);
      if (away < least) [best, least] = [corner, away];
    }
    return best;
  }

  hover(at) {
    const near = this.near(at, REACH.mouse);
    for (const corner of this.inView ?? []) corner.lit = corner === near;
    this.map.getContainer().classList.toggle("plan-corner", Boolean(near));
    this.sketch.ask();
  }

  /** Take the corner under the pointer; tells whether there is one. */
  take(at) {
    this.held = this.near(at, REACH.finger);
    if (!this.held) return false;
    this.start = at;
    this.beside = this.nextCorners(this.held);
    return true;
  }

  /** The corners before and after this one on the borders that meet here. */
  nextCorners(held) {
    const cornerAt = finder(this.list);
    const beside = new Set();
    const outlines = this.lines.filter(({ id }) => held.rows.includes(id));
    for (const ring of outlines.flatMap(({ geometry }) => polygonsOf(geometry)).flat()) {
      const run = ring.slice(1).map(cornerAt).filter(Boolean);
      const at = run.indexOf(held);
      if (at < 0) continue;
      for (const corner of [run[(at + 1) % run.length], run[(at + run.length - 1) % run.length]]) {
        if (corner.rows.filter((row) => held.rows.includes(row)).length > 1) beside.add(corner);
      }
    }
    beside.delete(held);
    return [...beside];
  }

  pull(at) {
    this.end = at;
    const to = this.map.containerPointToLatLng(at);
    this.sketch.show({ ghost: this.beside.map((corner) => [corner, to]) });
  }

  drop() {
    const { held, start, end } = this;
    this.abandon();
    if (!end || start.distanceTo(end) < LEAST_PX) return;
    this.dragged(held, this.map.containerPointToLatLng(end));
  }

  abandon() {
    this.held = null;
    this.end = null;
    this.sketch.show({ ghost: null });
  }
}
