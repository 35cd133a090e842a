/** How even the grids are against today, and what is wrong, the gravest first, each with its place. */

import { el, icon } from "./dom.js";
import { besideText, percent } from "./plan_words.js";
import { numberText, t } from "./strings.js";

const AT_ONCE = 60;
const $ = (id) => document.getElementById(id);

export class FaultPane {
  /** `zoom(bounds, row)`: show [west, south, east, north]. */
  constructor(model, { zoom }) {
    Object.assign(this, { model, zoom, all: false });
  }

  show() {
    const { balance, faults } = this.model.state;
    const blocking = faults.filter(({ blocks }) => blocks).length;
    const count = $("faults-count");
    count.hidden = !faults.length;
    count.textContent = faults.length > 99 ? "99+" : faults.length;
    count.className = `plan-count${blocking ? " plan-count-red" : ""}`;
    $("balance").replaceChildren(this.table(balance));
    $("faults").replaceChildren(...this.list(faults));
  }

  table(balance) {
    const { today, band } = balance;
    const rows = [
      [t("balance_grids"), (one) => numberText(one.grids)],
      [t("balance_mean"), (one) => numberText(Math.round(one.mean))],
      [t("balance_range"), (one) => `${numberText(one.least)}–${numberText(one.most)}`],
      [t("balance_band", { least: band[0], most: band[1] }), (one) => t("of_n", { n: numberText(one.in_band), all: numberText(one.grids) })],
      [t("balance_worst"), (one) => percent(one.worst, 1)],
      [t("balance_roads"), (one) => percent(one.roads)],
    ];
    const head = el("tr", {}, el("th", { scope: "col" }), el("th", { scope: "col", class: "number" }, besideText(this.model.state.beside)), el("th", { scope: "col", class: "number" }, t("plan")));
    const lines = rows.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "number" }, value(today)), el("td", { class: "number" }, el("b", {}, value(balance)))));
    return el("table", { class: "plan-balance" }, el("thead", {}, head), el("tbody", {}, lines));
  }

  list(faults) {
    if (!faults.length) return [el("p", { class: "notice notice-green" }, t("no_faults"))];
    const sorted = [...faults].sort((a, b) => Number(b.blocks) - Number(a.blocks));
    const shown = this.all ? sorted : sorted.slice(0, AT_ONCE);
    const rest = sorted.length - shown.length;
    return [
      el("ul", { class: "rows" }, shown.map((fault) => el("li", {}, this.line(fault)))),
      rest > 0 && el("button", { class: "button", type: "button", onclick: () => this.openAll() }, t("more_n", { n: rest })),
    ].filter(Boolean);
  }

  openAll() {
    this.all = true;
    this.show();
  }

  line({ blocks, label, text, bounds, row }) {
    const words = [
      el("span", { class: "row-text" }, el("b", {}, text), el("small", {}, label)),
      el("span", { class: `badge badge-${blocks ? "red" : "amber"}` }, blocks ? t("blocking") : t("warning")),
    ];
    if (!bounds) return el("div", { class: "row" }, words);
    return el("button", { class: "row row-button", type: "button", onclick: () => this.zoom(bounds, row) }, words, icon("right"));
  }
}
