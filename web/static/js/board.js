/** The board: the map's measure, and the numbers read anew every minute while somebody looks. */

import { getJSON, toastProblem } from "./api.js";
import { BoardMap, shadeOf } from "./board_map.js";
import { el } from "./dom.js";
import { t } from "./strings.js";

const EVERY_MS = 60_000;
const $ = (id) => document.getElementById(id);
const heatOfPage = () => JSON.parse($("board-heat").textContent);

class Board {
  constructor() {
    this.heat = heatOfPage();
    [[this.measure]] = this.heat.measures;
    this.county = new BoardMap({ picked: (code) => this.open(code), failed: toastProblem });
    this.phone = matchMedia("(max-width: 800px)").matches;
    if (this.phone) this.stayStill();
    setInterval(() => document.hidden || $("board-live").dispatchEvent(new Event("tick")), EVERY_MS);
    document.addEventListener("htmx:after:request", (event) => this.answered(event));
    document.addEventListener("htmx:after:swap", () => this.renew());
  }

  /** On a phone the map is a picture: a finger on it scrolls the page. */
  stayStill() {
    for (const way of ["dragging", "touchZoom", "scrollWheelZoom", "doubleClickZoom"]) this.county.map[way].disable();
    this.county.map.getContainer().style.touchAction = "auto";
  }

  /** A refusal must not stand where the numbers were; without a session the page asks to sign in. */
  answered(event) {
    const response = event.detail?.ctx?.response?.raw;
    if (!response || (response.ok && !response.redirected)) return;
    event.preventDefault();
    if (response.redirected || response.status === 401) location.reload();
  }

  renew() {
    this.heat = heatOfPage();
    this.draw();
  }

  async start() {
    try {
      const { bbox } = await getJSON("/api/v1/county");
      this.fit(bbox);
      await this.county.load(null, bbox);
      this.fit(bbox);
    } catch (problem) {
      toastProblem(problem);
    }
    this.draw();
    document.body.dataset.ready = "board";
  }

  fit([west, south, east, north]) {
    this.county.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [8, 60], paddingBottomRight: [8, this.phone ? 76 : 48], animate: false });
  }

  draw() {
    this.county.show(this.heat, this.measure);
    $("heat-measures").replaceChildren(
      ...this.heat.measures.map(([key, name]) => {
        const button = el("button", { type: "button", "aria-pressed": String(key === this.measure) }, name);
        button.addEventListener("click", () => this.choose(key));
        return button;
      }),
    );
    this.drawLegend();
  }

  choose(measure) {
    this.measure = measure;
    this.draw();
    $("heat-measures").querySelector('[aria-pressed="true"]').focus();
  }

  drawLegend() {
    const steps = this.county.steps;
    const lines = steps.map((end, place) => {
      const before = place ? steps[place - 1] : 0;
      const from = this.measure === "per_100" ? before : before + 1;
      const words = from === end ? String(end) : t("heat_from_to", { from, to: end });
      return el("li", {}, el("i", { class: `heat-${shadeOf(end, steps)}` }), words);
    });
    const nothing = el("li", {}, el("i", { class: "heat-0" }), t("none"));
    const values = Object.values(this.heat.grids).map((grid) => grid.values[this.measure]);
    const baseless = values.includes(null) ? [el("li", {}, el("i", { class: "heat-none" }), t("no_base"))] : [];
    $("heat-legend").replaceChildren(el("ul", {}, nothing, ...lines, ...baseless));
  }

  /** The reports of a grid that the shown measure counts. */
  open(code) {
    const address = this.heat.grids[code]?.addresses[this.measure];
    if (address) location.assign(address);
  }
}

new Board().start();
