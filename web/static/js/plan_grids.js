/**
 * The list of grids: each with its colour, its households and their change, a bar against the band.
 * A click takes it as the paint, the boxes choose several to merge. Rows stay where they are while
 * somebody paints; only their figures change.
 */

import { el, icon } from "./dom.js";
import { shortCode, signed } from "./plan_words.js";
import { numberText, t } from "./strings.js";

const ALL_OPEN = 60; // so many grids are listed at once, more are folded by community: every row costs time in each frame
const MOST = 100; // of one order
const $ = (id) => document.getElementById(id);

export class GridList {
  /** `chosen(row)`: take as paint. `zoom(row)`: a double click. `may`: may be edited. */
  constructor(model, { chosen, zoom, may }) {
    Object.assign(this, { model, chosen, zoom, may, paint: null, nodes: new Map(), marked: new Set(), open: new Set(), most: MOST });
    this.holder = $("grids");
    $("find").addEventListener("input", () => this.list());
    $("sort").addEventListener("change", () => this.list());
    $("merge-none").addEventListener("click", () => this.unmark());
  }

  /** Which rows are listed, in order. */
  wanted() {
    const words = $("find").value.trim();
    const rows = this.model.rows().filter((row) => !words || this.model.nameOf(row).includes(words) || (this.model.grid(row)?.code ?? "").includes(words));
    const households = (row) => this.model.figure(row, "households").now;
    const mean = rows.reduce((sum, row) => sum + households(row), 0) / Math.max(1, rows.length);
    const orders = {
      name: (a, b) => (this.model.grid(a)?.code ?? "~").localeCompare(this.model.grid(b)?.code ?? "~"),
      households: (a, b) => households(b) - households(a),
      off: (a, b) => Math.abs(households(b) - mean) - Math.abs(households(a) - mean),
    };
    return rows.sort(orders[$("sort").value]);
  }

  /** Write the whole list anew: rows have come or gone, or the order was changed. */
  list() {
    this.known = this.model.rows().join();
    this.nodes.clear();
    for (const row of this.marked) if (!this.model.shown.members.get(row)?.size) this.marked.delete(row);
    const rows = this.wanted();
    const folds = this.model.state.communities.length > 1 && $("sort").value === "name" && !$("find").value.trim();
    const nodes = folds ? this.folded(rows) : this.lines(rows);
    if (!nodes.length) nodes.push(el("p", { class: "muted plan-none" }, t("no_grids")));
    this.holder.replaceChildren(...nodes, ...this.goneLines());
    this.update([...this.nodes.keys()]);
    this.tellMarked();
  }

  lines(rows) {
    const rest = rows.length - this.most;
    const more = rest > 0 && el("button", { class: "button plan-rest", type: "button", onclick: () => this.listAll() }, t("more_n", { n: numberText(rest) }));
    return [...rows.slice(0, this.most).map((row) => this.line(row)), more].filter(Boolean);
  }

  listAll() {
    this.most = Infinity;
    this.list();
  }

  /** By community, each with a heading that folds it. */
  folded(rows) {
    const homes = new Map();
    for (const row of rows) homes.set(this.model.homeOf(row), [...(homes.get(this.model.homeOf(row)) ?? []), row]);
    return [...homes].flatMap(([home, own]) => {
      const open = rows.length <= ALL_OPEN || this.open.has(home) || home === this.model.homeOf(this.paint);
      return [this.heading(home, own, rows.length > ALL_OPEN, open), ...(open ? own.map((row) => this.line(row)) : [])];
    });
  }

  heading(home, rows, folds, open) {
    const name = this.model.state.communities.find(({ id }) => id === home)?.name ?? "";
    if (!folds) return el("h3", { class: "plan-home" }, name);
    const households = rows.reduce((sum, row) => sum + this.model.figure(row, "households").now, 0);
    const facts = el("small", {}, t("grids_of", { n: numberText(rows.length), households: numberText(households) }));
    const fold = () => {
      this.open[open ? "delete" : "add"](home);
      if (open && home === this.model.homeOf(this.paint)) this.chosen(null);
      this.list();
    };
    return el("h3", { class: "plan-home" }, el("button", { class: "plan-fold", type: "button", "aria-expanded": String(open), onclick: fold }, icon("right"), name, facts));
  }

  goneLines() {
    const { gone, in_force: inForce } = this.model.state;
    if (!gone.length) return [];
    const lines = gone.map(({ name, code }) => el("p", { class: "plan-gone" }, el("span", {}, shortCode(code)), name));
    return [el("h3", { class: "plan-home" }, t(inForce ? "came_later_n" : "gone_n", { n: gone.length })), ...lines];
  }

  line(row) {
    const parts = {
      swatch: el("span", { class: "plan-swatch" }),
      name: el("b", {}),
      badges: el("span", { class: "plan-badges" }),
      count: el("b", {}),
      change: el("small", {}),
      band: el("i", { class: "plan-band-part" }),
      fill: el("i", { class: "plan-fill" }),
    };
    const choose = el(
      "button",
      { class: "plan-row-main", type: "button", onclick: (event) => this.click(row, event), ondblclick: () => this.zoom(row) },
      parts.swatch,
      el("span", { class: "plan-row-text" }, parts.name, parts.badges),
      el("span", { class: "plan-row-number" }, parts.count, parts.change),
      el("span", { class: "plan-against", "aria-hidden": "true" }, parts.band, parts.fill),
    );
    if (this.may) {
      parts.box = el("input", { type: "checkbox", onchange: (event) => this.mark(row, event.target.checked) });
      parts.box.checked = this.marked.has(row);
    }
    const node = el("div", { class: "plan-row", role: "listitem", "data-row": row }, choose, parts.box && el("label", { class: "plan-check" }, parts.box));
    this.nodes.set(row, { node, choose, ...parts });
    return node;
  }

  click(row, event) {
    if (this.may && (event.shiftKey || event.ctrlKey || event.metaKey)) this.mark(row, !this.marked.has(row));
    else this.chosen(row);
  }

  /** Write the figures of some rows (all without it); list anew where rows have come or gone. */
  update(rows = [...this.nodes.keys()]) {
    if (this.known !== this.model.rows().join()) {
      this.list();
      return;
    }
    const band = this.model.state.balance.band;
    const largest = Math.max(...this.model.rows().map((row) => this.model.figure(row, "households").now));
    const scale = Math.max(band[1] * 1.6, Math.min(largest, band[1] * 4));
    if (scale !== this.scale) {
      this.scale = scale; // every bar is as long as it says against the others
      rows = [...this.nodes.keys()];
      for (const parts of this.nodes.values()) parts.written = null;
    }
    for (const row of rows) if (this.nodes.has(row)) this.write(row, band);
  }

  write(row, [least, most]) {
    const { node, choose, swatch, name, badges, count, change, band, fill, box } = this.nodes.get(row);
    const grid = this.model.grid(row);
    const households = this.model.figure(row, "households");
    const fits = households.now >= least && households.now <= most;
    const end = this.scale;
    const blocking = this.model.state.faults.find((fault) => fault.row === row && fault.blocks);
    const written = [this.model.colour.get(row), grid?.name, grid?.code, grid?.locked, grid?.is_new, households.now, households.change, blocking?.label, row === this.paint].join("|");
    if (this.nodes.get(row).written === written) return;
    this.nodes.get(row).written = written;
    const wide = (share) => `${Math.min(100, (100 * share) / end)}%`;
    swatch.className = `plan-swatch plan-c${this.model.colour.get(row)}`;
    swatch.textContent = shortCode(grid?.code) || "+";
    name.textContent = grid?.name ?? t("new_grid");
    count.textContent = t("n_households", { n: numberText(households.now) });
    change.textContent = signed(households.change);
    change.className = households.change > 0 ? "plan-more" : "plan-less";
    node.classList.toggle("chosen", row === this.paint);
    choose.setAttribute("aria-current", String(row === this.paint));
    choose.title = t("paint_with", { name: name.textContent });
    box?.setAttribute("aria-label", `${t("merge")}: ${name.textContent}`);
    band.style.left = wide(least);
    band.style.width = wide(most - least);
    fill.style.width = wide(households.now);
    fill.className = `plan-fill${fits ? "" : " plan-off"}`;
    badges.replaceChildren(...this.badges(grid, blocking, households.now, [least, most]));
  }

  badges(grid, blocking, households, [least, most]) {
    const found = [];
    const add = (words, tone) => found.push(el("span", { class: `badge badge-${tone}` }, words));
    if (blocking) add(blocking.label, "red");
    if (grid?.is_new ?? true) add(t("new"), "blue");
    if (grid?.locked) add(t("locked"), "purple");
    if (households < least) add(t("below_band"), "amber");
    else if (households > most) add(t("above_band"), "amber");
    return found.slice(0, 3);
  }

  /** Show which grid is the paint. */
  choose(row) {
    const before = this.paint;
    this.paint = row;
    if (row !== null && !this.nodes.has(row)) this.list(); // its community was folded
    this.update([before, row].filter((one) => one !== null));
    this.nodes.get(row)?.node.scrollIntoView({ block: "nearest" });
  }

  mark(row, on) {
    this.marked[on ? "add" : "delete"](row);
    const box = this.nodes.get(row)?.box;
    if (box) box.checked = on;
    this.tellMarked();
  }

  unmark() {
    for (const row of [...this.marked]) this.mark(row, false);
  }

  tellMarked() {
    $("merging").hidden = !this.marked.size;
    $("chosen-count").textContent = t("chosen_n", { n: this.marked.size });
    $("merge").disabled = this.marked.size < 2;
  }
}
