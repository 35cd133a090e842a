/**
 * An assignment of atoms to grids as it is drawn: which row each atom has, the atoms and outlines of
 * each row. Outlines are joined only when somebody looks and only where something has changed.
 */

export class Cover {
  /** `rows`: one row an atom, -1 for none. */
  constructor(mesh, rows) {
    this.mesh = mesh;
    this.outlines = new Map();
    this.set(rows);
  }

  /** Take another assignment; tells which atoms differ. */
  set(rows) {
    const changed = [];
    if (this.rows) {
      for (let atom = 0; atom < rows.length; atom += 1) if (rows[atom] !== this.rows[atom]) changed.push(atom);
    }
    const before = this.rows;
    this.rows = Int32Array.from(rows);
    if (!before) this.listMembers();
    else this.moved(changed, before);
    return changed;
  }

  /** Put atoms into a row; tells which were not there yet. */
  place(atoms, row) {
    const changed = atoms.filter((atom) => this.rows[atom] !== row);
    const before = changed.map((atom) => this.rows[atom]);
    for (const atom of changed) this.rows[atom] = row;
    this.shift(changed, before);
    return changed;
  }

  listMembers() {
    this.members = new Map();
    for (let atom = 0; atom < this.rows.length; atom += 1) this.own(this.rows[atom]).add(atom);
  }

  own(row) {
    if (!this.members.has(row)) this.members.set(row, new Set());
    return this.members.get(row);
  }

  moved(changed, before) {
    this.shift(changed, changed.map((atom) => before[atom]));
  }

  shift(changed, before) {
    changed.forEach((atom, i) => {
      this.own(before[i]).delete(atom);
      this.own(this.rows[atom]).add(atom);
      this.outlines.delete(before[i]);
      this.outlines.delete(this.rows[atom]);
    });
  }

  /** Rows that have ground, ascending; -1 first where some atoms have none. */
  present() {
    return [...this.members.keys()].filter((row) => this.members.get(row).size).sort((a, b) => a - b);
  }

  /** {rings, box} of a row: rings of vertices of the mesh, box in its pixels; null where it has no ground. */
  outline(row) {
    if (!this.outlines.has(row)) {
      const members = this.members.get(row);
      const { rows } = this;
      const made = members?.size ? { rings: this.mesh.rings(members, (atom) => rows[atom] === row), box: this.mesh.boxOf(members) } : null;
      this.outlines.set(row, made);
    }
    return this.outlines.get(row);
  }

  /** Where to write a row's name: a point inside its ground, as mesh pixels; with room for words, in pixels. */
  middle(row) {
    const outline = this.outline(row);
    if (!outline) return null;
    outline.middle ??= middleOf(this.mesh, outline);
    return outline.middle;
  }
}

/** The middle of the longest run inside the outlines on three horizontal lines: {x, y, width}. */
function middleOf(mesh, { rings, box }) {
  let best = null;
  for (const part of [0.5, 0.38, 0.62]) {
    const y = box[1] + (box[3] - box[1]) * part;
    const at = crossings(mesh, rings, y);
    for (let i = 0; i + 1 < at.length; i += 2) {
      const width = at[i + 1] - at[i];
      if (!best || width > best.width * 1.15) best = { x: (at[i] + at[i + 1]) / 2, y, width };
    }
  }
  return best;
}

/** Where a horizontal line crosses outlines, from left to right. */
function crossings(mesh, rings, y) {
  const at = [];
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [ay, by] = [mesh.y[ring[j]], mesh.y[ring[i]]];
      if (ay > y !== by > y) at.push(mesh.x[ring[j]] + ((y - ay) * (mesh.x[ring[i]] - mesh.x[ring[j]])) / (by - ay));
    }
  }
  return at.sort((a, b) => a - b);
}
