/**
 * The map of the planner's table: the county's base, the plan over it, names and households of the
 * grids on top. And the second map beside it, which moves with the first.
 */

import { CountyMap } from "./map.js";
import { PlanCanvas } from "./plan_canvas.js";
import { numberText, t } from "./strings.js";

const CROWDED = 0.3; // share of grids whose label has room, below which communities are named instead
const LINE_PX = 17; // from one line of a label to the next

export class PlanMap extends CountyMap {
  constructor({ failed }) {
    super({ buildings: false, failed, layers: ["places", "water", "roads"] });
    this.map.options.zoomSnap = 0.25; // a plan fills its frame
  }

  drawBorders() {} // the plan has them

  /** Lay a plan over the base; `look`: what PlanCanvas shows at first. */
  lay(model, options, look) {
    this.model = model;
    this.options = options;
    this.plan = layPlan(this.map, "plan", options, look);
    const { road, water } = this.labels.sources;
    this.labels.sources = { community: () => this.gridLabels(), road, water };
    this.labels.refresh();
  }

  /** Names over households; where most have no room, the communities' names. */
  gridLabels() {
    const { model } = this;
    const { cover, paint } = this.plan.look;
    const rows = cover.present().filter((row) => row >= 0);
    const scale = 2 ** (this.map.getZoom() - 20);
    const fitting = rows.filter((row) => row !== paint && cover.middle(row).width * scale > this.widthOf(this.labelOf(row)));
    const first = rows.includes(paint) ? [paint] : [];
    const crowded = fitting.length < rows.length * CROWDED && model.state.communities.length > 1;
    const labels = [...first, ...(crowded ? [] : fitting)].flatMap((row) => this.linesOf(row, cover));
    return crowded ? [...labels, ...this.communityLabels()] : labels;
  }

  widthOf(text) {
    return [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 14 : 8), 0);
  }

  labelOf(row) {
    const name = this.nameOf?.(row) ?? this.model.nameOf(row);
    return this.shortName(name, row) + (this.model.grid(row)?.locked ? ` · ${t("locked")}` : "");
  }

  /** The community's name goes without saying where only one is planned, or its grids have numbers of their own. */
  shortName(name, row) {
    const own = this.model.state.communities.find(({ id }) => id === this.model.homeOf(row))?.name ?? "";
    return own && name.startsWith(own) && name.length > own.length ? name.slice(own.length) : name;
  }

  linesOf(row, cover) {
    const { x, y } = cover.middle(row);
    const half = LINE_PX / 2 / 2 ** (this.map.getZoom() - 20);
    const name = this.label(this.labelOf(row), { x, y });
    const households = t("n_households", { n: numberText(this.householdsOf(row, cover)) });
    return [this.label(name.text, { x, y: y - half }), this.label(households, { x, y: y + half })];
  }

  householdsOf(row, cover) {
    if (cover === this.model.shown) return this.model.figure(row, "households").now;
    return [...cover.members.get(row)].reduce((sum, atom) => sum + this.model.terrain.households[atom], 0);
  }

  label(text, { x, y }) {
    const { lat, lng } = this.model.mesh.place(this.map, x, y);
    return { text, lat, lon: lng };
  }

  communityLabels() {
    if (!this.communityMiddles) {
      const { mesh, terrain, state } = this.model;
      const sums = new Map(state.communities.map(({ id, name }) => [id, { name, x: 0, y: 0, n: 0 }]));
      for (let atom = 0; atom < mesh.count; atom += 1) {
        const sum = sums.get(terrain.community[atom]);
        sum.x += mesh.spots[2 * atom];
        sum.y += mesh.spots[2 * atom + 1];
        sum.n += 1;
      }
      this.communityMiddles = [...sums.values()].filter(({ n }) => n).map(({ name, x, y, n }) => this.label(name, { x: x / n, y: y / n }));
    }
    return this.communityMiddles;
  }

  /** Show a box of the mesh, with some room around it. */
  showBox([x1, y1, x2, y2], options = {}) {
    const { mesh } = this.model;
    const [nw, se] = [mesh.place(this.map, x1, y1), mesh.place(this.map, x2, y2)];
    this.map.fitBounds(L.latLngBounds(nw, se), { padding: [30, 30], maxZoom: 18, ...options });
  }
}

/** A plan on a map, in a pane of its own. */
export function layPlan(map, pane, options, look) {
  const holder = map.getPane(pane) ?? map.createPane(pane);
  holder.style.zIndex = 405; // over the base, under the words
  holder.style.pointerEvents = "none";
  const canvas = new PlanCanvas({ pane, padding: 0.25, ...options }).addTo(map);
  canvas.show(look);
  return canvas;
}

/** The second map: the same base, drawn from what the first has loaded; both move together. */
export class MapBeside {
  constructor(holder, county, options, look) {
    const { map } = county;
    const { minZoom, maxZoom, zoomSnap, zoomDelta, wheelPxPerZoomLevel } = map.options;
    this.first = map;
    this.map = L.map(holder, { minZoom, maxZoom, zoomSnap, zoomDelta, wheelPxPerZoomLevel, zoomControl: false, attributionControl: false, preferCanvas: true });
    this.map.createPane("ground").style.zIndex = 210;
    this.map.setView(map.getCenter(), map.getZoom(), { animate: false });
    this.base = this.ground(county);
    this.plan = layPlan(this.map, "plan", options, look);
    this.follow();
  }

  /** A county's base on this map: its drawing, without the loading and the words. */
  ground(county) {
    const base = Object.create(CountyMap.prototype);
    Object.assign(base, { map: this.map, drawing: county.drawing, features: county.features, roads: [] });
    base.drawn = L.layerGroup().addTo(this.map);
    base.renderers = { ground: L.canvas({ pane: "ground", padding: 0.35 }) };
    this.map.on("zoomend", () => base.widenRoads());
    base.drawBase();
    return base;
  }

  follow() {
    let moving = false;
    const join = (from, to) => {
      if (moving) return;
      moving = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      moving = false;
    };
    this.onFirst = () => join(this.first, this.map);
    this.first.on("move zoomend", this.onFirst);
    this.map.on("move zoomend", () => join(this.map, this.first));
  }

  remove() {
    this.first.off("move zoomend", this.onFirst);
    this.map.remove();
  }
}
