/**
 * The buildings of a plan's ground, by the atom that holds them: loaded by the map's own tiles, kept
 * as flat arrays in the mesh's pixels, so that they are drawn in their grid's colour in one go.
 */

import { getJSON } from "./api.js";
import { polygonsOf, tileOf } from "./geometry.js";
import { pixelOf } from "./plan_mesh.js";

const AT_ONCE = 4;

export class PlanBuildings {
  /** `building`: code to atom. `came()` is called when more of them can be drawn. */
  constructor(mesh, building, { tileZoom, came, failed }) {
    Object.assign(this, { mesh, atomOf: building, tileZoom, came, failed });
    this.byAtom = new Map(); // atom -> outer rings, each [x0, y0, x1, y1, …]
  }

  /** Load all tiles of [west, south, east, north], those nearest to `middle` ([lon, lat]) first. */
  async load([west, south, east, north], middle) {
    const [from, to] = [tileOf(west, north, this.tileZoom), tileOf(east, south, this.tileZoom)];
    const at = tileOf(...middle, this.tileZoom);
    const tiles = [];
    for (let x = from.x; x <= to.x; x += 1) for (let y = from.y; y <= to.y; y += 1) tiles.push({ x, y });
    tiles.sort((a, b) => Math.hypot(a.x - at.x, a.y - at.y) - Math.hypot(b.x - at.x, b.y - at.y));
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.take(tiles)));
  }

  async take(tiles) {
    for (let tile = tiles.shift(); tile; tile = tiles.shift()) {
      try {
        const { features } = await getJSON(`/api/v1/features/buildings/${this.tileZoom}/${tile.x}/${tile.y}`);
        if (features.length) this.came(features.map((feature) => this.keep(feature)));
      } catch (problem) {
        this.failed(problem);
        return;
      }
    }
  }

  /** Keep a building; tells its atom, -1 for ground outside the plan. */
  keep({ geometry, properties }) {
    const rings = polygonsOf(geometry).map(([outer]) => this.flat(outer));
    const atom = this.atomOf[properties.code] ?? (rings.length ? this.mesh.at(rings[0][0], rings[0][1]) : -1);
    if (atom >= 0) this.byAtom.set(atom, [...(this.byAtom.get(atom) ?? []), ...rings]);
    return atom;
  }

  flat(ring) {
    const flat = new Float64Array(2 * (ring.length - 1)); // GeoJSON closes its rings
    for (let i = 0; i < ring.length - 1; i += 1) {
      const [x, y] = pixelOf(ring[i][0], ring[i][1]);
      flat[2 * i] = x - this.mesh.origin[0];
      flat[2 * i + 1] = y - this.mesh.origin[1];
    }
    return flat;
  }
}
