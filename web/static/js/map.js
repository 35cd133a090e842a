/**
 * The county's map on any page: adopts the Leaflet map that folium's script has made, draws our own
 * base from JSON, and says where a person tapped. Colours, widths and zooms come with the map
 * (`drawing`, from web/pages/folium_map.py); names are drawn as text, never as HTML.
 */

import { getJSON } from "./api.js";
import { TiledBuildings } from "./buildings.js";
import { el, icon } from "./dom.js";
import { linesOf, middleOf, polygonsOf, sharedEdges, turned } from "./geometry.js";
import { Labels } from "./labels.js";
import { t } from "./strings.js";

const BASE = ["places", "water", "roads"];
const AREAS = ["communities", "grids", "compounds", "centres"];
const GREEN = new Set(["park", "green", "garden", "grass", "wood", "forest", "recreation_ground", "playground", "pitch"]);
const CIVIC = new Set(["school", "kindergarten", "hospital", "government", "university", "college"]);
const PADDING = 0.35; // how far beyond the view a canvas reaches, so that a drag shows no edge
const DOUBLE_TAP_MS = 220;

/** Class of a piece of ground: its name in `drawing.styles`. */
function groundOf(kind) {
  if (GREEN.has(kind)) return "green";
  return CIVIC.has(kind) ? "civic" : "ground";
}

export class CountyMap {
  /**
   * @param {object} options `buildings`: draw them (default true). `picked(lon, lat)`: a tap, or Enter
   *   on the focused map. `failed(problem)`: a layer did not come. `layers`: names to draw.
   */
  constructor({ buildings = true, picked = null, failed = () => {}, layers = [...BASE, ...AREAS] } = {}) {
    this.map = window.map_county;
    this.drawing = this.map.drawing;
    this.wanted = layers;
    this.failed = failed;
    this.features = {};
    this.drawn = L.layerGroup().addTo(this.map);
    this.labels = new Labels({ pane: "borders", padding: PADDING, styles: this.drawing.labels }).addTo(this.map);
    this.renderers = { ground: L.canvas({ pane: "ground", padding: PADDING }), borders: this.labels };
    this.buildings = buildings ? this.tiledBuildings() : null;
    this.roads = [];
    this.map.on("zoomend", () => this.widenRoads());
    if (picked) this.listen(picked);
    this.describeLabels();
  }

  tiledBuildings() {
    return new TiledBuildings(this.map, {
      renderer: this.renderers.ground,
      style: this.drawing.styles.building,
      ...this.drawing.buildings,
      changed: () => {
        this.chooseBuilding(this.chosenBuilding);
        this.labels.refresh();
      },
      failed: this.failed,
    });
  }

  /** Load and draw everything as of `day` ('YYYY-MM-DD', null: today) for the county's `bbox`. */
  async load(day, bbox) {
    const turn = (this.turn = Symbol("load"));
    this.buildings?.show(day, bbox);
    const loaded = await Promise.all(this.wanted.map((name) => this.fetchLayer(name, day)));
    if (turn !== this.turn) return;
    this.features = Object.fromEntries(this.wanted.map((name, i) => [name, loaded[i]]));
    this.draw();
  }

  async fetchLayer(name, day) {
    try {
      return (await getJSON(`/api/v1/features/${name}`, { day })).features;
    } catch (problem) {
      this.failed(problem);
      return this.features[name] ?? [];
    }
  }

  draw() {
    this.drawn.clearLayers();
    this.entries = null;
    this.drawBase();
    this.sendBack();
    this.drawBorders();
    this.chooseGrid(this.chosenGrid);
    this.labels.refresh();
  }

  /** Buildings share the canvas and may have come first: put what lies on the ground below them. */
  sendBack() {
    for (const path of this.drawn.getLayers().reverse()) path.bringToBack();
  }

  layer(make, shapes, style, pane) {
    const options = { ...this.drawing.styles[style], renderer: this.renderers[pane], interactive: false };
    return make(shapes, options).addTo(this.drawn);
  }

  drawBase() {
    const { places = [], water = [] } = this.features;
    for (const style of ["ground", "civic", "green"]) {
      const kept = places.filter(({ properties }) => groundOf(properties.kind) === style);
      this.layer(L.polygon, this.rings(kept), style, "ground");
    }
    this.layer(L.polyline, this.lines(water), "stream", "ground");
    this.layer(L.polygon, this.rings(water), "water", "ground");
    this.drawRoads();
  }

  rings(features) {
    return features.flatMap(({ geometry }) => polygonsOf(geometry)).map((rings) => rings.map((r) => r.map(turned)));
  }

  lines(features) {
    return features.flatMap(({ geometry }) => linesOf(geometry)).map((line) => line.map(turned));
  }

  /** One path a kind of road for its edge and one for its surface: all edges lie under all surfaces. */
  drawRoads() {
    const known = this.drawing.roads;
    const kinds = Object.keys(known).sort((a, b) => known[a][0] - known[b][0]);
    const shapes = new Map(kinds.map((kind) => [kind, []]));
    for (const road of this.features.roads ?? []) {
      const kind = road.properties.kind.replace(/_link$/, "");
      shapes.get(kind)?.push(...this.lines([road]));
    }
    this.roads = ["casing", "road"].flatMap((style) =>
      kinds.map((kind) => ({ kind, style, path: this.layer(L.polyline, shapes.get(kind), style, "ground") })),
    );
    this.widenRoads();
  }

  /** Set the widths for the zoom, before Leaflet draws it (its moveend comes after zoomend). */
  widenRoads() {
    const zoom = this.map.getZoom();
    for (const { kind, style, path } of this.roads) {
      const [, width, fromZoom] = this.drawing.roads[kind];
      const surface = Math.max(1, width * 1.6 ** (zoom - 16));
      L.setOptions(path, { stroke: zoom >= fromZoom, weight: surface + (style === "casing" ? 2 : 0) });
    }
  }

  drawBorders() {
    const { communities = [], grids = [] } = this.features;
    const edges = (features) => sharedEdges(features).map((line) => line.map(turned));
    this.layer(L.polyline, edges(communities), "community", "borders");
    this.layer(L.polyline, edges(grids.length ? grids : communities), "grid", "borders");
  }

  describeLabels() {
    const points = (name, keep = () => true) => () => (this.entriesOf(name) ?? []).filter(keep);
    const green = ({ kind }) => GREEN.has(kind);
    Object.assign(this.labels.sources, {
      community: points("communities"),
      compound: points("compounds"),
      centre: points("centres"),
      water: points("water"),
      green: points("places", green),
      place: points("places", (entry) => !green(entry) && entry.kind !== "residential"), // compounds say it
      road: points("roads"),
      named: () => this.buildingEntries(({ name }) => name, false),
      number: () => this.buildingEntries(({ number }) => number, true),
    });
  }

  entriesOf(name) {
    this.entries ??= {};
    this.entries[name] ??= (this.features[name] ?? [])
      .filter(({ properties }) => properties.name)
      .flatMap(({ geometry, properties }) => {
        const lines = linesOf(geometry);
        const text = properties.name;
        if (lines.length) return this.roadEntries(properties, lines);
        return [{ text, kind: properties.kind, ...middleOf(geometry) }];
      })
      .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
    return this.entries[name];
  }

  /** A road's name along each of its lines; small roads are named later, unknown kinds never. */
  roadEntries({ name, kind }, lines) {
    const [rank] = this.drawing.roads[kind.replace(/_link$/, "")] ?? [];
    if (rank === undefined) return [];
    const fromZoom = this.drawing.labels.road.fromZoom + Math.max(0, 7 - rank) * 0.5;
    return lines.map((line) => ({ text: name, line, rank, fromZoom }));
  }

  *buildingEntries(textOf, always) {
    for (const { feature, label } of this.buildings?.inView() ?? []) {
      const text = textOf(feature.properties);
      if (text && label) yield { text: this.numbered(text, always), lon: label.lon, lat: label.lat, room: always ? 0 : label.width };
    }
  }

  numbered(text, isNumber) {
    return isNumber && /^[0-9A-Za-z-]+$/.test(text) ? t("building_number", { n: text }) : text;
  }

  /** Taps, without the two of a double tap; Enter picks the middle while the map has the focus. */
  listen(picked) {
    let waiting = 0;
    this.map.on("click", ({ latlng }) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => picked(latlng.lng, latlng.lat), DOUBLE_TAP_MS);
    });
    this.map.on("dblclick", () => clearTimeout(waiting));
    this.map.getContainer().addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== this.map.getContainer()) return;
      const { lng, lat } = this.map.getCenter();
      picked(lng, lat);
    });
  }

  /** Light up a building by its id, or none; one that is not loaded yet lights up when it comes. */
  chooseBuilding(id) {
    if (id && id === this.chosenBuilding && this.litBuilding) return;
    this.chosenBuilding = id;
    this.litBuilding?.remove();
    const feature = id ? this.buildings?.byId(id) : null;
    this.litBuilding = feature ? this.light(feature, "chosen") : null;
  }

  /** Outline a grid by its code, or none. */
  chooseGrid(code) {
    this.chosenGrid = code;
    this.litGrid?.remove();
    const feature = code ? this.features.grids?.find(({ properties }) => properties.code === code) : null;
    this.litGrid = feature ? this.light(feature, "chosen_grid") : null;
  }

  light(feature, style) {
    const options = { ...this.drawing.styles[style], renderer: this.renderers.borders, interactive: false };
    return L.polygon(this.rings([feature]), options).addTo(this.map).bringToBack();
  }

  /** Stand the red pin on a point, or take it away (no arguments). */
  pin(lon, lat) {
    this.pinned?.remove();
    this.pinned = null;
    if (lon === undefined) return;
    const mark = L.divIcon({ className: "map-pin", iconSize: [36, 48], iconAnchor: [18, 46], html: el("span", {}, icon("pin-filled")) });
    this.pinned = L.marker([lat, lon], { icon: mark, interactive: false, keyboard: false }).addTo(this.map);
  }

  /** Show where the device believes to be: a dot, and the circle of its accuracy in metres. */
  here(lon, lat, accuracy) {
    this.hereMarks?.remove();
    const circle = L.circle([lat, lon], { radius: accuracy, ...this.drawing.styles.accuracy, renderer: this.renderers.borders, interactive: false });
    const dot = L.divIcon({ className: "map-here", iconSize: [18, 18] });
    this.hereMarks = L.layerGroup([circle, L.marker([lat, lon], { icon: dot, interactive: false, keyboard: false })]).addTo(this.map);
  }

  /** Fit [west, south, east, north] into the view. `covered`: px hidden at the lower edge by a sheet. */
  fit([west, south, east, north], { covered = 0, maxZoom = 19 } = {}) {
    this.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [16, 72], paddingBottomRight: [16, 16 + covered], maxZoom });
  }
}
