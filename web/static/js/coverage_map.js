/**
 * The county coloured by coverage; inside one community its grids, and in red the buildings and compounds
 * that lack something.
 */

import { shadeOf, lacking } from "./coverage_shades.js";
import { el } from "./dom.js";
import { middleOf } from "./geometry.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const BORDER = { color: "#fff", weight: 2, opacity: 0.95, fill: true, fillOpacity: 0.74 };
const NAMES_MS = 160; // between two writings of the names while the slider moves
const FAINT = 0.34; // of the communities around an opened one
const NARROW = 560; // px: below, names on the map leave out the ending that all share (…社区)
const OUTLINE = { color: "#1b2430", weight: 3, fill: false, interactive: false };
const GRID = { color: "#fff", weight: 1.5, opacity: 0.9, fill: true, fillOpacity: 0.42 };
const SPOT = { color: "#960f19", weight: 1.5, opacity: 1, fill: true, fillColor: "#b8141f", fillOpacity: 0.82 };
const LIT = { color: "#1b2430", weight: 4, fill: false, interactive: false };

/** The ending that all names share, so long as every name keeps something: '社区'. */
function sharedEnding(names) {
  if (names.length < 2) return "";
  let ending = names[0].slice(1);
  while (ending && !names.every((name) => name.length > ending.length && name.endsWith(ending))) ending = ending.slice(1);
  return ending;
}

const total = (counts, keys) => Object.entries(counts ?? {}).reduce((sum, [key, n]) => sum + (keys.has(key) ? n : 0), 0);

export class CoverageMap extends CountyMap {
  /** `picked(code)`: a community was clicked; `spotted(kind, code)`: a grid, building or compound; `failed(problem)`. */
  constructor({ picked, spotted, failed }) {
    super({ failed, layers: ["places", "water", "roads", "grids", "compounds"] });
    this.map.options.zoomSnap = 0.25; // the county fills its frame
    Object.assign(this, { picked, spotted });
    this.canvas = L.canvas({ pane: "overlayPane", padding: 0.35 });
    this.shades = L.layerGroup().addTo(this.map);
    this.spots = L.layerGroup().addTo(this.map);
    this.areas = [];
    const { road, named, number } = this.labels.sources;
    this.labels.sources = { community: () => this.words ?? [], road, named, number };
    this.buildings.changed = () => this.paintSpots();
  }

  /** The communities come with the audit of their day, not with the base. */
  drawBorders() {
    this.paint();
  }

  /** Colour the communities (GeoJSON features): `shown` = {level, check, changes}, `labelOf(key)` names a check. */
  show(features, audit, shown, labelOf) {
    Object.assign(this, { areas: features, shown, labelOf });
    this.found = new Map(audit.communities.map((community) => [community.code, community]));
    this.paint();
  }

  /** Show one community inside (the answer for it alone), or none; `keys`: the checks that count. */
  enter(inside, keys) {
    Object.assign(this, { inside, keys });
    this.paint();
  }

  paint() {
    if (!this.found) return;
    this.styles = getComputedStyle(document.documentElement);
    this.shades.clearLayers();
    this.paths = new Map();
    for (const feature of this.areas) {
      const community = this.found.get(feature.properties.code);
      if (community && community.code !== this.inside?.code) this.paintOne(feature, community);
    }
    this.paintGrids();
    this.choose(this.chosen);
    this.paintSpots();
    this.seen = null;
    this.name();
  }

  colour(shade) {
    return this.styles.getPropertyValue(`--shade-${shade}`).trim();
  }

  paintOne(feature, community) {
    const fillOpacity = this.inside ? FAINT : BORDER.fillOpacity;
    const path = L.polygon(this.rings([feature]), { ...BORDER, fillOpacity, fillColor: this.colour(shadeOf(community, this.shown)), renderer: this.canvas });
    path.on("click", () => this.picked(community.code));
    path.on("mouseover", () => path.setStyle({ fillOpacity: 0.9 }));
    path.on("mouseout", () => path.setStyle({ fillOpacity }));
    path.bindTooltip(() => this.tip(community), { sticky: true, direction: "top", offset: [0, -6], className: "coverage-tip" });
    path.addTo(this.shades);
    this.paths.set(community.code, path);
  }

  /** While the slider moves: colours and names by the number of gaps of each community. */
  preview(counts) {
    this.styles ??= getComputedStyle(document.documentElement);
    this.seen = new Map([...this.found].map(([code, community]) => [code, this.seenAs(community, counts[code] ?? 0)]));
    for (const [code, path] of this.paths ?? []) path.setStyle({ fillColor: this.colour(shadeOf(this.seen.get(code), this.shown)) });
    clearTimeout(this.naming);
    const waited = performance.now() - (this.named ?? 0);
    if (waited > NAMES_MS) this.name();
    else this.naming = setTimeout(() => this.name(), NAMES_MS - waited);
  }

  seenAs(community, n) {
    const { check } = this.shown;
    if (!check) return { ...community, missing: n };
    return { ...community, held: check in community.held || n ? { [check]: !n } : {} };
  }

  /** Write the names anew. */
  name() {
    this.named = performance.now();
    const shared = this.map.getSize().x < NARROW ? sharedEnding(this.areas.map(({ properties }) => properties.name)) : "";
    this.words = this.inside ? this.gridWords() : this.areas.flatMap((feature) => this.label(feature, shared.length));
    this.labels.refresh();
  }

  gridsInside() {
    const { grids = [] } = this.features;
    return this.inside ? grids.filter(({ properties }) => properties.community_code === this.inside.code) : [];
  }

  paintGrids() {
    for (const feature of this.gridsInside()) {
      const { code, name } = feature.properties;
      const lacks = total(this.inside.grids[code], this.keys);
      const path = L.polygon(this.rings([feature]), { ...GRID, fillColor: this.colour(lacks ? Math.min(2 + lacks, 5) : "0"), renderer: this.canvas });
      path.bindTooltip(() => el("div", {}, el("b", {}, name), el("span", {}, lacks ? t("missing_n", { n: lacks }) : t("all_held"))), { sticky: true, direction: "top", offset: [0, -6], className: "coverage-tip" });
      path.on("click", () => this.spotted("grid", code));
      path.addTo(this.shades);
    }
  }

  gridWords() {
    return this.gridsInside().map(({ geometry, properties }) => {
      const lacks = total(this.inside.grids[properties.code], this.keys);
      const place = middleOf(geometry);
      return { text: properties.name + (lacks ? ` ${t("missing_short", { n: lacks })}` : ""), lon: place.lon, lat: place.lat };
    });
  }

  /** Buildings and compounds of the opened community that lack something; buildings come by tiles. */
  paintSpots() {
    this.spots.clearLayers();
    for (const code of Object.keys(this.inside?.buildings ?? {})) {
      if (!total(this.inside.buildings[code], this.keys)) continue;
      const compound = this.features.compounds?.find(({ properties }) => properties.code === code);
      const feature = compound ?? this.buildings.byId(code);
      if (feature) this.spot(feature, compound ? "compound" : "building", code);
    }
    this.light(this.lit);
    this.labels.refresh();
  }

  spot(feature, kind, code) {
    const style = kind === "compound" ? { ...SPOT, fillOpacity: 0.16, dashArray: "5 4" } : SPOT;
    const path = L.polygon(this.rings([feature]), { ...style, renderer: this.canvas });
    path.on("click", () => this.spotted(kind, code));
    path.addTo(this.spots);
    if (kind === "compound") path.bringToBack();
  }

  /** Outline a grid, building or compound by its code, and go there if asked; or none. */
  lightSpot(kind, code, go = false) {
    this.lit = code ? { kind, code } : null;
    const feature = this.light(this.lit);
    if (!go || !feature) return;
    const bounds = L.polygon(this.rings([feature])).getBounds();
    this.map.fitBounds(bounds, { maxZoom: kind === "grid" ? 16 : 18, padding: [60, 60], animate: false });
  }

  light(spot) {
    this.litPath?.remove();
    this.litPath = null;
    const feature = spot && this.featureOf(spot);
    if (feature) this.litPath = L.polygon(this.rings([feature]), { ...LIT, renderer: this.canvas }).addTo(this.map);
    return feature;
  }

  featureOf({ kind, code }) {
    if (kind === "building") return this.buildings.byId(code);
    const layer = { grid: "grids", compound: "compounds" }[kind];
    return this.features[layer]?.find(({ properties }) => properties.code === code);
  }

  tip(community) {
    const { changes, level } = this.shown;
    if (changes) {
      const change = changes.get(community.code) ?? { appeared: 0, went: 0 };
      return el("div", {}, el("b", {}, community.name), el("span", {}, t("change_tip", change)));
    }
    const keys = Object.keys(community.held).filter((key) => !community.held[key] && this.labelOf(key, level));
    const words = keys.length ? `${t("missing")}: ${keys.map((key) => this.labelOf(key, level)).join(" · ")}` : t("all_held");
    return el("div", {}, el("b", {}, community.name), el("span", {}, words));
  }

  label({ geometry, properties }, cut) {
    const community = (this.seen ?? this.found).get(properties.code);
    const place = community && middleOf(geometry);
    if (!place) return [];
    return [{ text: community.name.slice(0, community.name.length - cut) + this.note(community), lon: place.lon, lat: place.lat }];
  }

  note(community) {
    const { check, changes } = this.shown;
    if (changes) {
      const { appeared = 0, went = 0 } = changes.get(community.code) ?? {};
      return [appeared && ` +${appeared}`, went && ` −${went}`].filter(Boolean).join("");
    }
    if (check) return community.held[check] === false ? ` ${t("missing")}` : "";
    const n = lacking(community, this.shown);
    return n ? ` ${t("missing_short", { n })}` : "";
  }

  /** Outline a community by its code, or none. */
  choose(code) {
    this.chosen = code;
    this.outline?.remove();
    const feature = code && this.areas.find(({ properties }) => properties.code === code);
    this.outline = feature ? L.polygon(this.rings([feature]), { ...OUTLINE, renderer: this.canvas }).addTo(this.map) : null;
  }

  /** The bounds of some communities by their codes, or null. */
  boundsOf(codes) {
    const features = this.areas.filter(({ properties }) => codes.has(properties.code));
    return features.length ? L.polygon(this.rings(features)).getBounds() : null;
  }

  /** Middle of a community as {lon, lat}, or null. */
  middle(code) {
    const feature = this.areas.find(({ properties }) => properties.code === code);
    return feature ? middleOf(feature.geometry) : null;
  }
}
