/**
 * The atoms of a plan as one mesh of shared edges: decoded from the compact terrain, found by place,
 * and joined into the outlines of whatever grids they are put in. Everything is a flat array, in
 * pixels of zoom 20 from the mesh's own corner, so that 12,000 atoms draw and search in milliseconds.
 */

const ZOOM = 20;
const MILLIONTHS = 1e6;
const IN_CELL = 4; // atoms a cell of the index, on average

/** Pixels of zoom 20 of a place: what Leaflet's Web Mercator gives, without an object a point. */
export function pixelOf(lon, lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  const whole = 256 * 2 ** ZOOM;
  return [(lon / 360 + 0.5) * whole, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * whole];
}

export class Mesh {
  /** `terrain`: the answer of the API; `polygons` are rings of millionths of a degree, first point, then steps. */
  constructor(terrain) {
    this.count = terrain.count;
    this.readVertices(terrain.polygons);
    this.joinEdges();
    this.measure();
    this.spots = new Float64Array(terrain.spots.length);
    for (let i = 0; i < this.count; i += 1) {
      const [x, y] = pixelOf(terrain.spots[2 * i], terrain.spots[2 * i + 1]);
      this.spots[2 * i] = x - this.origin[0];
      this.spots[2 * i + 1] = y - this.origin[1];
    }
    this.fillCells();
    this.marks = new Int32Array(this.count); // who was met in which search
    this.search = 0;
  }

  /** Vertices by number, rings as runs of vertices, atoms as runs of rings. */
  readVertices(polygons) {
    const numbers = new Map();
    const [lons, lats, run, ringStarts, atomRings] = [[], [], [], [], [0]];
    for (const rings of polygons) {
      for (const steps of rings) {
        ringStarts.push(run.length);
        let [lon, lat] = [0, 0];
        for (let i = 0; i < steps.length; i += 2) {
          lon += steps[i];
          lat += steps[i + 1];
          const key = (lon + 180 * MILLIONTHS) * 2 ** 24 + ((lat + 90 * MILLIONTHS) % 2 ** 24); // one number for both: no county is 16° high
          let number = numbers.get(key);
          if (number === undefined) {
            number = lons.length;
            numbers.set(key, number);
            lons.push(lon);
            lats.push(lat);
          }
          if (run.length === ringStarts[ringStarts.length - 1] || run[run.length - 1] !== number) run.push(number);
        }
        if (run[run.length - 1] === run[ringStarts[ringStarts.length - 1]]) run.pop(); // given closed
      }
      atomRings.push(ringStarts.length);
    }
    ringStarts.push(run.length);
    this.run = Int32Array.from(run);
    this.ringStarts = Int32Array.from(ringStarts);
    this.atomRings = Int32Array.from(atomRings);
    this.placeVertices(lons, lats);
  }

  placeVertices(lons, lats) {
    const n = lons.length;
    [this.x, this.y] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i += 1) [this.x[i], this.y[i]] = pixelOf(lons[i] / MILLIONTHS, lats[i] / MILLIONTHS);
    const low = (values) => values.reduce((least, value) => Math.min(least, value), Infinity);
    this.origin = n ? [Math.floor(low(this.x)), Math.floor(low(this.y))] : [0, 0];
    for (let i = 0; i < n; i += 1) {
      this.x[i] -= this.origin[0];
      this.y[i] -= this.origin[1];
    }
  }

  /** For every edge of every ring: the atom on its other side, -1 for none. Edges lie at their first vertex. */
  joinEdges() {
    const { run, ringStarts, atomRings } = this;
    this.next = new Int32Array(run.length);
    this.owner = new Int32Array(run.length);
    for (let atom = 0; atom < this.count; atom += 1) {
      for (let ring = atomRings[atom]; ring < atomRings[atom + 1]; ring += 1) {
        const [from, to] = [ringStarts[ring], ringStarts[ring + 1]];
        for (let at = from; at < to; at += 1) {
          this.owner[at] = atom;
          this.next[at] = at + 1 < to ? at + 1 : from;
        }
      }
    }
    this.other = new Int32Array(run.length).fill(-1);
    const waiting = new Map();
    const width = this.x.length;
    for (let at = 0; at < run.length; at += 1) {
      const [a, b] = [run[at], run[this.next[at]]];
      const key = a < b ? a * width + b : b * width + a;
      const twin = waiting.get(key);
      if (twin === undefined) waiting.set(key, at);
      else {
        this.other[at] = this.owner[twin];
        this.other[twin] = this.owner[at];
        waiting.delete(key);
      }
    }
    this.firstAt = new Int32Array(width).fill(-1); // for `rings`: the boundary edges that begin at a vertex
    this.alike = new Int32Array(run.length);
  }

  measure() {
    const { run, ringStarts, atomRings, x, y } = this;
    this.boxes = new Float64Array(4 * this.count);
    for (let atom = 0; atom < this.count; atom += 1) {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let at = ringStarts[atomRings[atom]]; at < ringStarts[atomRings[atom] + 1]; at += 1) {
        const [px, py] = [x[run[at]], y[run[at]]];
        if (px < box[0]) box[0] = px;
        if (py < box[1]) box[1] = py;
        if (px > box[2]) box[2] = px;
        if (py > box[3]) box[3] = py;
      }
      this.boxes.set(box, 4 * atom);
    }
  }

  /** Which atoms touch which cell of a regular grid, as runs. */
  fillCells() {
    const high = (values) => values.reduce((most, value) => Math.max(most, value), 0);
    const [width, height] = [high(this.x) + 1, high(this.y) + 1];
    this.size = Math.max(1, Math.sqrt((width * height * IN_CELL) / Math.max(1, this.count)));
    [this.columns, this.rows] = [Math.ceil(width / this.size), Math.ceil(height / this.size)];
    const counts = new Int32Array(this.columns * this.rows + 1);
    this.eachCell((cell) => (counts[cell + 1] += 1));
    for (let i = 1; i < counts.length; i += 1) counts[i] += counts[i - 1];
    this.cellStarts = counts;
    this.cellAtoms = new Int32Array(counts[counts.length - 1]);
    const filled = counts.slice();
    this.eachCell((cell, atom) => (this.cellAtoms[filled[cell]++] = atom));
  }

  eachCell(told) {
    for (let atom = 0; atom < this.count; atom += 1) {
      const [x1, y1, x2, y2] = this.cellsOf(...this.boxes.subarray(4 * atom, 4 * atom + 4));
      for (let row = y1; row <= y2; row += 1) {
        for (let column = x1; column <= x2; column += 1) told(row * this.columns + column, atom);
      }
    }
  }

  cellsOf(x1, y1, x2, y2) {
    const [right, low] = [this.columns - 1, this.rows - 1];
    const within = (value, most) => Math.max(0, Math.min(most, Math.floor(value / this.size)));
    return [within(x1, right), within(y1, low), within(x2, right), within(y2, low)];
  }

  /** Atoms whose box meets a box, each once. */
  within(x1, y1, x2, y2) {
    const found = [];
    const { boxes } = this;
    this.search += 1;
    const [left, top, right, low] = this.cellsOf(x1, y1, x2, y2);
    for (let row = top; row <= low; row += 1) {
      for (let column = left; column <= right; column += 1) {
        const cell = row * this.columns + column;
        for (let i = this.cellStarts[cell]; i < this.cellStarts[cell + 1]; i += 1) {
          const atom = this.cellAtoms[i];
          if (this.marks[atom] === this.search) continue;
          this.marks[atom] = this.search;
          const b = 4 * atom;
          if (boxes[b] <= x2 && boxes[b + 2] >= x1 && boxes[b + 1] <= y2 && boxes[b + 3] >= y1) found.push(atom);
        }
      }
    }
    return found;
  }

  /** The atom at a point, or -1. */
  at(x, y) {
    return this.within(x, y, x, y).find((atom) => this.holds(atom, x, y)) ?? -1;
  }

  holds(atom, px, py) {
    const { run, next, x, y } = this;
    let inside = false;
    for (let at = this.ringStarts[this.atomRings[atom]]; at < this.ringStarts[this.atomRings[atom + 1]]; at += 1) {
      const [a, b] = [run[at], run[next[at]]];
      if (y[a] > py !== y[b] > py && px < ((x[b] - x[a]) * (py - y[a])) / (y[b] - y[a]) + x[a]) inside = !inside;
    }
    return inside;
  }

  /** Atoms that a round brush touches: its middle lies in them, or an edge comes closer than the radius. */
  touched(px, py, radius) {
    const found = this.within(px - radius, py - radius, px + radius, py + radius);
    return found.filter((atom) => this.holds(atom, px, py) || this.nearer(atom, px, py, radius));
  }

  nearer(atom, px, py, radius) {
    const { run, next, x, y } = this;
    for (let at = this.ringStarts[this.atomRings[atom]]; at < this.ringStarts[this.atomRings[atom + 1]]; at += 1) {
      const [a, b] = [run[at], run[next[at]]];
      const [dx, dy] = [x[b] - x[a], y[b] - y[a]];
      const along = Math.max(0, Math.min(1, ((px - x[a]) * dx + (py - y[a]) * dy) / (dx * dx + dy * dy)));
      if (Math.hypot(x[a] + along * dx - px, y[a] + along * dy - py) < radius) return true;
    }
    return false;
  }

  /** Atoms whose interior point lies in a drawn loop [x0, y0, x1, y1, …]. */
  inLoop(loop) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < loop.length; i += 2) {
      box[0] = Math.min(box[0], loop[i]);
      box[1] = Math.min(box[1], loop[i + 1]);
      box[2] = Math.max(box[2], loop[i]);
      box[3] = Math.max(box[3], loop[i + 1]);
    }
    return this.within(...box).filter((atom) => inRing(loop, this.spots[2 * atom], this.spots[2 * atom + 1]));
  }

  /** Outlines of a set of atoms (those for which `same` is true) as lists of vertices, outer ones and holes alike. */
  rings(atoms, same) {
    const { run, next, other, firstAt, alike } = this;
    const edges = [];
    for (const atom of atoms) {
      for (let at = this.ringStarts[this.atomRings[atom]]; at < this.ringStarts[this.atomRings[atom + 1]]; at += 1) {
        if (other[at] >= 0 && same(other[at])) continue;
        alike[at] = firstAt[run[at]];
        firstAt[run[at]] = at;
        edges.push(at);
      }
    }
    const found = [];
    for (const edge of edges) {
      const start = run[edge];
      if (firstAt[start] < 0) continue;
      const ring = [];
      for (let vertex = start; firstAt[vertex] >= 0; ) {
        const at = firstAt[vertex];
        firstAt[vertex] = alike[at];
        ring.push(vertex);
        vertex = run[next[at]];
      }
      found.push(Int32Array.from(ring));
    }
    return found;
  }

  /** Borders between atoms of different `rows`, and to nobody, among some atoms: lines of vertices, each border once. */
  borders(atoms, rows) {
    const { run, next, other } = this;
    const found = [];
    for (const atom of atoms) {
      const row = rows[atom];
      for (let ring = this.atomRings[atom]; ring < this.atomRings[atom + 1]; ring += 1) {
        let line = null;
        for (let at = this.ringStarts[ring]; at < this.ringStarts[ring + 1]; at += 1) {
          if (other[at] < 0 || rows[other[at]] > row) {
            if (!line) found.push((line = [run[at]]));
            line.push(run[next[at]]);
          } else line = null;
        }
      }
    }
    return found;
  }

  /** [x1, y1, x2, y2] of some atoms. */
  boxOf(atoms) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const atom of atoms) {
      const b = 4 * atom;
      if (this.boxes[b] < box[0]) box[0] = this.boxes[b];
      if (this.boxes[b + 1] < box[1]) box[1] = this.boxes[b + 1];
      if (this.boxes[b + 2] > box[2]) box[2] = this.boxes[b + 2];
      if (this.boxes[b + 3] > box[3]) box[3] = this.boxes[b + 3];
    }
    return box;
  }

  /** How the mesh lies on a map at its present zoom: a layer point is mesh point times `k` plus `dx`, `dy`. */
  lieOn(map) {
    const k = 2 ** (map.getZoom() - ZOOM);
    const corner = map.getPixelOrigin();
    return { k, dx: this.origin[0] * k - corner.x, dy: this.origin[1] * k - corner.y };
  }

  /** A place on a map (Leaflet LatLng) in the mesh's own pixels. */
  point(map, latlng) {
    const { x, y } = map.project(latlng, ZOOM);
    return [x - this.origin[0], y - this.origin[1]];
  }

  /** A point of the mesh as a Leaflet LatLng. */
  place(map, x, y) {
    return map.unproject([x + this.origin[0], y + this.origin[1]], ZOOM);
  }
}

/** Does a ring [x0, y0, x1, y1, …] hold a point? */
export function inRing(ring, px, py) {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const [ay, by] = [ring[i + 1], ring[j + 1]];
    if (ay > py !== by > py && px < ((ring[j] - ring[i]) * (py - ay)) / (by - ay) + ring[i]) inside = !inside;
  }
  return inside;
}
