/**
 * The county coloured by how much is open, late or filed in each grid. Shades are CSS variables
 * (board.css): five, in equal steps up to the highest number; none where there is no base.
 */

import { el } from "./dom.js";
import { middleOf } from "./geometry.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

export const SHADES = 5;
const BORDER = { color: "#fff", weight: 2, opacity: 0.95, fill: true, fillOpacity: 0.8 };

/** Upper ends of the shades for a highest number: whole ones where the numbers are whole. */
export function stepsTo(most, whole) {
  if (!most) return [];
  const ends = Array.from({ length: SHADES }, (_, n) => (most * (n + 1)) / SHADES);
  return [...new Set(ends.map((end) => (whole ? Math.ceil(end) : Math.round(end * 100) / 100)))];
}

/** The shade of a number: 0 for none, then 1 to 5, the darkest for the highest; 'none' without a base. */
export function shadeOf(value, steps) {
  if (value === null || value === undefined) return "none";
  if (value <= 0 || steps.length === 0) return "0";
  const place = steps.findIndex((end) => value <= end);
  const shade = place < 0 ? steps.length : place + 1;
  return String(Math.max(1, Math.round((shade * SHADES) / steps.length)));
}

export class BoardMap extends CountyMap {
  /** `picked(code)`: a grid was clicked; `failed(problem)`: a layer did not come. */
  constructor({ picked, failed }) {
    super({ buildings: false, failed, layers: ["places", "water", "roads", "grids"] });
    this.map.options.zoomSnap = 0.25;
    this.pickedGrid = picked;
    this.canvas = L.canvas({ pane: "overlayPane", padding: 0.35 });
    this.shades = L.layerGroup().addTo(this.map);
    this.labels.sources = { community: () => this.words ?? [] };
  }

  /** The grids are drawn as shades, not as borders. */
  drawBorders() {
    this.paint();
  }

  /** Colour the grids by a measure of `heat` ({measures, grids}). */
  show(heat, measure) {
    Object.assign(this, { heat, measure });
    this.paint();
  }

  /** Numbers of the shown grids for the legend: upper ends of the shades. */
  get steps() {
    const values = Object.values(this.heat.grids).map(({ values }) => values[this.measure] ?? 0);
    return stepsTo(Math.max(0, ...values), this.measure !== "per_100");
  }

  paint() {
    if (!this.heat) return;
    const styles = getComputedStyle(document.documentElement);
    const steps = this.steps;
    this.shades.clearLayers();
    for (const feature of this.features.grids ?? []) this.paintOne(feature, styles, steps);
    this.words = (this.features.grids ?? []).flatMap((feature) => this.label(feature));
    this.labels.refresh();
  }

  paintOne(feature, styles, steps) {
    const { code, name } = feature.properties;
    const found = this.heat.grids[code];
    const value = found ? found.values[this.measure] : 0;
    const fillColor = styles.getPropertyValue(`--heat-${shadeOf(value, steps)}`).trim();
    const path = L.polygon(this.rings([feature]), { ...BORDER, fillColor, renderer: this.canvas });
    path.on("click", () => this.pickedGrid(code));
    path.on("mouseover", () => path.setStyle({ fillOpacity: 0.95 }));
    path.on("mouseout", () => path.setStyle({ fillOpacity: BORDER.fillOpacity }));
    path.bindTooltip(() => this.tip(name, found), { sticky: true, direction: "top", offset: [0, -6], className: "board-tip" });
    path.addTo(this.shades);
  }

  tip(name, found) {
    const lines = this.heat.measures.map(([key, words]) => {
      const value = found ? found.values[key] : 0;
      return el("span", {}, `${words} ${value === null ? t("no_base") : value}`);
    });
    return el("div", {}, el("b", {}, name), ...lines);
  }

  label({ geometry, properties }) {
    const value = this.heat.grids[properties.code]?.values[this.measure];
    const place = middleOf(geometry);
    if (!place || !value) return [];
    return [{ text: String(value), lon: place.lon, lat: place.lat }];
  }
}
