/** The compounds coloured by who cares for them, by party organisation, or by company; a click opens the compound. */

import { toastProblem } from "./api.js";
import { el } from "./dom.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const COLOURS = {
  care: { served: "#4f9d76", ledger: "#e0a43a", nobody: "#c4313b" },
  form: { alone: "#b8141f", joint: "#e0676f", adviser: "#8f6bc9", "": "#b9c1cc" },
};
const COMPANIES = ["#3f78c4", "#4f9d76", "#b8741f", "#8f6bc9", "#c4586b", "#2c8c99", "#7a8c3a", "#a0522d", "#5566a8", "#b5539c", "#6c7a89", "#d08b2c"];
const UNSERVED = "#dfe3e9";
const EDGE = { color: "#fff", weight: 1.5, opacity: 0.95, fill: true, fillOpacity: 0.85 };
const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id).textContent);

class NetMap extends CountyMap {
  constructor(drawn) {
    super({ buildings: false, failed: toastProblem, layers: ["places", "water", "roads", "communities", "compounds"] });
    this.map.options.zoomSnap = 0.25;
    this.state = drawn;
    this.mode = "care";
    this.canvas = L.canvas({ pane: "overlayPane", padding: 0.35 });
    this.shapes = L.layerGroup().addTo(this.map);
    this.companies = new Map(drawn.companies.map(([code], n) => [code, COMPANIES[n % COMPANIES.length]]));
    this.words = { care: new Map(drawn.care), form: new Map(drawn.forms), company: new Map(drawn.companies) };
  }

  drawBorders() {
    super.drawBorders();
    this.paint();
  }

  colourOf([care, form, company]) {
    if (this.mode === "care") return COLOURS.care[care];
    if (this.mode === "company") return this.companies.get(company) ?? UNSERVED;
    return care === "served" || form ? COLOURS.form[form] : UNSERVED;
  }

  paint() {
    this.shapes.clearLayers();
    for (const feature of this.features.compounds ?? []) {
      const { code, name } = feature.properties;
      const state = this.state.compounds[code];
      if (!state) continue;
      const path = L.polygon(this.rings([feature]), { ...EDGE, fillColor: this.colourOf(state), renderer: this.canvas });
      path.on("click", () => location.assign(`/red-property/compounds/${encodeURIComponent(code)}`));
      path.bindTooltip(() => this.tip(name, state), { sticky: true, direction: "top", offset: [0, -6] });
      path.addTo(this.shapes);
    }
  }

  tip(name, [care, form, company]) {
    const words = [this.words.company.get(company) ?? this.words.care.get(care), this.words.form.get(form) ?? t("none")];
    return el("div", {}, el("b", {}, name), ...words.map((text) => el("div", {}, text)));
  }

  /** What the colours of the mode mean: [colour, words]. */
  get legend() {
    const { care, forms, companies } = this.state;
    if (this.mode === "care") return care.map(([key, words]) => [COLOURS.care[key], words]);
    const unserved = [UNSERVED, t("unserved")];
    if (this.mode === "company") return [...companies.map(([code, words]) => [this.companies.get(code), words]), unserved];
    return [...forms.map(([key, words]) => [COLOURS.form[key], words]), [COLOURS.form[""], t("none")], unserved];
  }
}

function swatch(colour) {
  const mark = el("i");
  mark.style.setProperty("--swatch", colour);
  return mark;
}

async function start() {
  const county = new NetMap(read("net-drawn"));
  const bbox = read("net-bbox");
  const [west, south, east, north] = bbox;
  county.map.fitBounds([[south, west], [north, east]], { animate: false });
  if (matchMedia("(max-width: 800px)").matches) county.map.dragging.disable(); // a finger scrolls the page; two move the map
  const show = () => {
    county.paint();
    $("net-legend").replaceChildren(...county.legend.map(([colour, words]) => el("li", {}, swatch(colour), words)));
    for (const button of $("net-modes").children) button.setAttribute("aria-pressed", String(button.dataset.mode === county.mode));
  };
  $("net-modes").addEventListener("click", ({ target }) => {
    if (!target.dataset.mode) return;
    county.mode = target.dataset.mode;
    show();
  });
  await county.load(null, bbox);
  show();
  document.body.dataset.ready = "net";
}

start();
