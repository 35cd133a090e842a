/**
 * A plan on the planner's table: what the server has saved, what has been painted since, and the sums
 * of both. Painting changes the picture and the numbers at once; the server's answer replaces them.
 */

import { Cover } from "./plan_cover.js";

export const COUNTED = ["households", "residents", "buildings", "members", "reports"];

export class PlanModel extends EventTarget {
  /**
   * @param {Mesh} mesh
   * @param {object} terrain the API's answer: counts an atom, compounds
   * @param {number} colours how many colours the palette has
   */
  constructor(mesh, terrain, colours) {
    super();
    Object.assign(this, { mesh, terrain, colours });
    this.pending = []; // steps that the server has not confirmed: {rows(rows), grids(grids)}
    this.active = null; // the stroke that is just being painted: {atoms, row}
    this.colour = new Map(); // row to number in the palette
    this.used = new Map(); // community to its colours with how often
    this.listGroups();
  }

  /** Atoms of each compound, and of each road block where a terrain names them. */
  listGroups() {
    this.groups = new Map();
    for (let atom = 0; atom < this.mesh.count; atom += 1) {
      const key = this.groupOf(atom);
      if (key === null) continue;
      if (!this.groups.has(key)) this.groups.set(key, []);
      this.groups.get(key).push(atom);
    }
  }

  groupOf(atom) {
    const { compound, face, community } = this.terrain;
    if (compound[atom]) return `${community[atom]}:${compound[atom]}`;
    return face ? `${community[atom]}/${face[atom]}` : null;
  }

  /** Take the whole state of the plan; steps that were still under way are gone. */
  load(state) {
    this.pending = [];
    this.state = state;
    this.saved = Int32Array.from(state.assignment);
    this.todayRows = Int32Array.from(state.today);
    this.savedGrids = new Map(state.grids.map((grid) => [grid.row, grid]));
    this.goneNames = new Map(state.gone.map((grid) => [grid.row, grid]));
    this.lockedAtoms = new Set(state.locked_atoms);
    this.today = new Cover(this.mesh, this.todayRows);
    this.todaySums = this.sumsOf(this.todayRows);
    if (this.shown) this.shown.set(this.saved);
    else this.shown = new Cover(this.mesh, this.saved);
    this.refresh();
  }

  /** Take the server's answer to a step: only what has changed. */
  apply(delta) {
    for (const [atom, row] of delta.moved) this.saved[atom] = row;
    for (const grid of delta.grids) this.savedGrids.set(grid.row, grid);
    for (const row of delta.removed) this.savedGrids.delete(row);
    this.goneNames = new Map(delta.gone.map((grid) => [grid.row, grid]));
    this.lockedAtoms = new Set(delta.locked_atoms);
    const { version, can_undo, can_redo, gone, balance, faults, changed } = delta;
    Object.assign(this.state, { version, newest: version, can_undo, can_redo, gone, balance, faults, changed });
  }

  /** Show what is saved with the pending steps on top; tell the listeners which atoms look different. */
  refresh() {
    const rows = Int32Array.from(this.saved);
    this.grids = new Map([...this.savedGrids].map(([row, grid]) => [row, { ...grid }]));
    for (const step of this.pending) {
      step.rows?.(rows);
      step.grids?.(this.grids);
    }
    for (const atom of this.active?.atoms ?? []) rows[atom] = this.active.row;
    const changed = this.shown.set(rows);
    this.count();
    this.tell(changed, null);
  }

  /** Painted by hand, before anything is sent: only the picture and the sums. */
  paint(atoms, row) {
    this.active ??= { atoms: [], row };
    this.active.atoms.push(...atoms);
    const rows = new Set([row, ...atoms.map((atom) => this.shown.rows[atom])]);
    const changed = this.shown.place(atoms, row);
    this.count();
    this.tell(changed, rows);
  }

  /** The atoms of the stroke that ends here; null where nothing was painted. */
  endStroke() {
    const { active } = this;
    this.active = null;
    return active?.atoms ?? null;
  }

  /** `rows`: whose figures may differ; null for all. */
  tell(atoms, rows) {
    this.giveColours();
    this.dispatchEvent(new CustomEvent("change", { detail: { atoms, rows } }));
  }

  sumsOf(rows) {
    const most = rows.reduce((high, row) => Math.max(high, row), -1);
    const sums = Object.fromEntries(COUNTED.map((name) => [name, new Int32Array(most + 2)]));
    for (const name of COUNTED) {
      const [counts, sum] = [this.terrain[name], sums[name]];
      for (let atom = 0; atom < rows.length; atom += 1) sum[rows[atom] + 1] += counts[atom];
    }
    return sums;
  }

  count() {
    this.sums = this.sumsOf(this.shown.rows);
    const { rows } = this.shown;
    this.changed = { buildings: 0, households: 0, residents: 0, reports: 0 };
    for (let atom = 0; atom < rows.length; atom += 1) {
      if (rows[atom] === this.todayRows[atom]) continue;
      for (const name of Object.keys(this.changed)) this.changed[name] += this.terrain[name][atom];
    }
  }

  /** What a row has of something counted, and how much more that is than today. */
  figure(row, name) {
    const now = this.sums[name][row + 1] ?? 0;
    return { now, change: now - (this.todaySums[name][row + 1] ?? 0) };
  }

  /** The grid of a row as it is shown: saved facts, or a stand-in until the server has answered. */
  grid(row) {
    return this.grids.get(row) ?? this.goneNames.get(row) ?? null;
  }

  nameOf(row) {
    return this.grid(row)?.name ?? "";
  }

  /** Rows with ground. */
  rows() {
    return this.shown.present().filter((row) => row >= 0);
  }

  communityOf(atom) {
    return this.terrain.community[atom];
  }

  /** The community in which a row lies. */
  homeOf(row) {
    return this.grid(row)?.community_id ?? null;
  }

  isLocked(atom) {
    return this.lockedAtoms.has(atom) || Boolean(this.grids.get(this.shown.rows[atom])?.locked);
  }

  /** Enlarge a choice to whole compounds and road blocks of the same community. */
  whole(atoms) {
    const chosen = new Set();
    const groups = new Set();
    for (const atom of atoms) {
      const key = this.groupOf(atom);
      if (key === null) chosen.add(atom);
      else groups.add(key);
    }
    for (const key of groups) for (const atom of this.groups.get(key)) chosen.add(atom);
    return [...chosen];
  }

  /** A free row for a grid that the server has not numbered yet. */
  freeRow() {
    const known = [...this.savedGrids.keys(), ...this.goneNames.keys(), ...this.grids.keys()];
    return Math.max(-1, ...known, this.saved.reduce((high, row) => Math.max(high, row), -1)) + 1;
  }

  /**
   * A colour for every row that has none: unlike its neighbours', and unlike all of its community's
   * while the palette lasts. A grid keeps its colour; nothing changes it under the planner's eyes.
   */
  giveColours(cover = this.shown) {
    for (const row of cover.present()) {
      if (row < 0 || this.colour.has(row)) continue;
      const [atom] = cover.members.get(row);
      const home = this.communityOf(atom);
      if (!this.used.has(home)) this.used.set(home, new Map());
      const [used, beside] = [this.used.get(home), this.coloursBeside(cover, row)];
      const best = this.cheapest(home, (colour) => (used.get(colour) ?? 0) * 4 + (beside.has(colour) ? 3 : 0));
      this.colour.set(row, best);
      used.set(best, (used.get(best) ?? 0) + 1);
    }
  }

  /** The first colour of the least cost; communities begin at different ones, its first colours differ most. */
  cheapest(home, cost) {
    const start = (Math.max(0, this.terrain.communities.indexOf(home)) * 7) % this.colours;
    const order = Array.from({ length: this.colours }, (_, i) => (start + i) % this.colours);
    return order.reduce((best, colour) => (cost(colour) < cost(best) ? colour : best));
  }

  coloursBeside(cover, row) {
    const { mesh } = this;
    const found = new Set();
    for (const atom of cover.members.get(row)) {
      for (let at = mesh.ringStarts[mesh.atomRings[atom]]; at < mesh.ringStarts[mesh.atomRings[atom + 1]]; at += 1) {
        const other = mesh.other[at] >= 0 ? cover.rows[mesh.other[at]] : row;
        if (other !== row && this.colour.has(other)) found.add(this.colour.get(other));
      }
    }
    return found;
  }
}
