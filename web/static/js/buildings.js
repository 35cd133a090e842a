/**
 * The county's buildings, by tiles: each building comes in the one tile that holds its interior
 * point, so nothing is clipped and nothing comes twice.
 */

import { getJSON } from "./api.js";
import { labelPoint, polygonsOf, tileOf, woundRings } from "./geometry.js";

// Buildings drawn as one path. One path each costs a call each; one for all is slower still, since
// closing a ring makes the browser measure the whole path so far (10,000 in one: 35 ms, by 32: 2 ms).
const PATH_OF = 32;
const KEPT_TILES = 240; // some 30 MB of features at the most; a county of 10,000 buildings has about 40

export class TiledBuildings {
  /** `changed` is called when buildings came or went, `failed` with a Problem. */
  constructor(map, { renderer, style, tileZoom, fromZoom, changed, failed }) {
    Object.assign(this, { map, renderer, style, tileZoom, fromZoom, changed, failed });
    this.group = L.layerGroup();
    this.tiles = new Map(); // key -> {layer, features} or, while under way, {}
    this.fading = new Map(); // the former day's layers, shown until the new ones are here
    this.bbox = null;
    this.day = null;
    this.abort = new AbortController();
    map.on("moveend", () => this.update());
  }

  /** Show the buildings of `day` (null: today) inside `bbox`. */
  show(day, bbox) {
    this.abort.abort();
    this.abort = new AbortController();
    for (const [key, tile] of this.tiles) if (tile.layer) this.fading.set(key, tile.layer);
    this.tiles.clear();
    Object.assign(this, { day, bbox });
    this.update();
  }

  /** The feature of a building that has been loaded, or undefined. */
  byId(id) {
    for (const { features = [] } of this.tiles.values()) {
      const found = features.find((feature) => feature.properties.code === id);
      if (found) return found;
    }
    return undefined;
  }

  /** Loaded buildings as {feature, label}, in tiles that meet the view. */
  *inView() {
    if (!this.map.hasLayer(this.group)) return;
    for (const key of this.wanted()) {
      const tile = this.tiles.get(key);
      tile.labels ??= tile.features?.map((feature) => ({
        feature,
        label: labelPoint(polygonsOf(feature.geometry)[0] ?? []),
      }));
      yield* tile.labels ?? [];
    }
  }

  wanted() {
    const bounds = this.map.getBounds();
    const [west, south, east, north] = this.bbox;
    const from = tileOf(Math.max(bounds.getWest(), west), Math.min(bounds.getNorth(), north), this.tileZoom);
    const to = tileOf(Math.min(bounds.getEast(), east), Math.max(bounds.getSouth(), south), this.tileZoom);
    const keys = [];
    for (let x = from.x; x <= to.x; x += 1) {
      for (let y = from.y; y <= to.y; y += 1) keys.push(`${x}/${y}`);
    }
    return keys.filter((key) => this.tiles.has(key) || this.start(key));
  }

  start(key) {
    this.tiles.set(key, {});
    this.load(key, this.abort.signal);
    return true;
  }

  update() {
    if (!this.bbox) return;
    if (this.map.getZoom() < this.fromZoom) {
      this.group.remove();
      return;
    }
    this.group.addTo(this.map);
    this.wanted();
  }

  async load(key, signal) {
    try {
      const path = `/api/v1/features/buildings/${this.tileZoom}/${key}`;
      const { features } = await getJSON(path, { day: this.day }, { signal });
      if (!signal.aborted) this.lay(key, features);
    } catch (problem) {
      if (signal.aborted) return;
      this.tiles.delete(key); // the next move asks again
      this.failed(problem);
    }
  }

  lay(key, features) {
    this.fading.get(key)?.removeFrom(this.group);
    this.fading.delete(key);
    const layer = L.layerGroup(this.paths(features));
    this.tiles.set(key, { layer, features });
    this.group.addLayer(layer);
    this.forget();
    this.changed();
  }

  paths(features) {
    const options = { ...this.style, fillRule: "nonzero", renderer: this.renderer, interactive: false };
    const rings = features.flatMap((feature) => polygonsOf(feature.geometry)).map(woundRings);
    const count = Math.ceil(rings.length / PATH_OF);
    return Array.from({ length: count }, (_, i) => L.polygon(rings.slice(i * PATH_OF, (i + 1) * PATH_OF), options));
  }

  /** Drop the tiles that were loaded first once there are too many. */
  forget() {
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= KEPT_TILES) return;
      if (!tile.layer) continue;
      tile.layer.removeFrom(this.group);
      this.tiles.delete(key);
    }
  }
}
