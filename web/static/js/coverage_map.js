/**
 * The county coloured by coverage: how many clauses each community lacks, or whether one clause
 * holds. Colours are CSS variables (coverage.css), so that map, legend and paper agree.
 */

import { el } from "./dom.js";
import { middleOf } from "./geometry.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

export const WORST = 5; // that many missing clauses and more share the darkest red
const BORDER = { color: "#fff", weight: 2, opacity: 0.95, fill: true, fillOpacity: 0.74 };
const NARROW = 560; // px: below, names on the map leave out the ending that all share (…社区)
const OUTLINE = { color: "#1b2430", weight: 3, fill: false, interactive: false };

/** The shade of a community: by number of gaps '0'…'5'; for one check 'held', '5' or 'none' (not asked there). */
export function shadeOf({ held, missing }, check) {
  if (!check) return String(Math.min(missing, WORST));
  if (!(check in held)) return "none";
  return held[check] ? "held" : "5";
}

/** The ending that all names share, so long as every name keeps something: '社区'. */
function sharedEnding(names) {
  if (names.length < 2) return "";
  let ending = names[0].slice(1);
  while (ending && !names.every((name) => name.length > ending.length && name.endsWith(ending))) ending = ending.slice(1);
  return ending;
}

export class CoverageMap extends CountyMap {
  /** `picked(code)`: a community was clicked; `failed(problem)`: a layer did not come. */
  constructor({ picked, failed }) {
    super({ buildings: false, failed, layers: ["places", "water", "roads"] });
    this.map.options.zoomSnap = 0.25; // the county fills its frame
    this.pickedCommunity = picked;
    this.canvas = L.canvas({ pane: "overlayPane", padding: 0.35 });
    this.shades = L.layerGroup().addTo(this.map);
    this.areas = [];
    this.labels.sources = { community: () => this.words ?? [], road: this.labels.sources.road };
  }

  /** The communities come with the audit of their day, not with the base. */
  drawBorders() {
    this.paint();
  }

  /** Colour the communities (GeoJSON features) by an audit and a check (null: all of them). */
  show(features, audit, check, labelOf) {
    Object.assign(this, { areas: features, check, labelOf });
    this.found = new Map(audit.communities.map((community) => [community.code, community]));
    this.paint();
  }

  paint() {
    if (!this.found) return;
    const styles = getComputedStyle(document.documentElement);
    this.shades.clearLayers();
    for (const feature of this.areas) {
      const community = this.found.get(feature.properties.code);
      if (community) this.paintOne(feature, community, styles);
    }
    const shared = this.map.getSize().x < NARROW ? sharedEnding(this.areas.map(({ properties }) => properties.name)) : "";
    this.words = this.areas.flatMap((feature) => this.label(feature, shared.length));
    this.choose(this.chosen);
    this.labels.refresh();
  }

  paintOne(feature, community, styles) {
    const fillColor = styles.getPropertyValue(`--shade-${shadeOf(community, this.check)}`).trim();
    const path = L.polygon(this.rings([feature]), { ...BORDER, fillColor, renderer: this.canvas });
    path.on("click", () => this.pickedCommunity(community.code));
    path.on("mouseover", () => path.setStyle({ fillOpacity: 0.9 }));
    path.on("mouseout", () => path.setStyle({ fillOpacity: BORDER.fillOpacity }));
    path.bindTooltip(() => this.tip(community), { sticky: true, direction: "top", offset: [0, -6], className: "coverage-tip" });
    path.addTo(this.shades);
  }

  tip(community) {
    const lacking = Object.entries(community.held).filter(([, held]) => !held);
    const words = lacking.length ? `${t("missing")}: ${lacking.map(([key]) => this.labelOf(key)).join(" · ")}` : t("all_held");
    return el("div", {}, el("b", {}, community.name), el("span", {}, words));
  }

  label({ geometry, properties }, cut) {
    const community = this.found.get(properties.code);
    const place = community && middleOf(geometry);
    if (!place) return [];
    const lacks = this.check ? community.held[this.check] === false : community.missing;
    const note = lacks ? ` ${this.check ? t("missing") : t("missing_short", { n: community.missing })}` : "";
    return [{ text: community.name.slice(0, community.name.length - cut) + note, lon: place.lon, lat: place.lat }];
  }

  /** Outline a community by its code, or none. */
  choose(code) {
    this.chosen = code;
    this.outline?.remove();
    const feature = code && this.areas.find(({ properties }) => properties.code === code);
    this.outline = feature ? L.polygon(this.rings([feature]), { ...OUTLINE, renderer: this.canvas }).addTo(this.map) : null;
  }

  /** Middle of a community as {lon, lat}, or null. */
  middle(code) {
    const feature = this.areas.find(({ properties }) => properties.code === code);
    return feature ? middleOf(feature.geometry) : null;
  }
}
