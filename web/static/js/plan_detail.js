/** All figures of the grid that is the paint, and what can be done with it. */

import { el, icon } from "./dom.js";
import { ask } from "./plan_dialog.js";
import { areaText, percent, shortCode, signed } from "./plan_words.js";
import { numberText, t } from "./strings.js";

const MOST_PARTS = 20;
const $ = (id) => document.getElementById(id);

export class GridDetail {
  /** `edit(edit, shown)` sends an edit; `zoom(row)`; `closed()`; `may`: may be edited. */
  constructor(model, { edit, zoom, closed, may }) {
    Object.assign(this, { model, edit, zoom, closed, may });
    this.box = $("detail");
    this.row = null;
  }

  /** Show a grid, or none (null). */
  show(row) {
    this.row = row;
    const grid = row === null ? null : this.model.grid(row);
    this.box.hidden = !grid;
    this.box.parentElement.classList.toggle("plan-one", Boolean(grid)); // on phones it takes the list's place
    if (grid) this.box.replaceChildren(...this.parts(grid));
  }

  /** Its figures have changed. */
  update() {
    if (this.row !== null) this.show(this.row);
  }

  parts(grid) {
    const head = el(
      "header",
      {},
      el("span", { class: `plan-swatch plan-c${this.model.colour.get(this.row)}` }, shortCode(grid.code) || "+"),
      el("h3", {}, grid.name, el("small", { class: "muted" }, grid.code)),
      el("button", { class: "button button-icon", type: "button", "aria-label": t("zoom_to"), title: t("zoom_to"), onclick: () => this.zoom(this.row) }, icon("locate")),
      el("button", { class: "button button-icon", type: "button", "aria-label": t("cancel"), onclick: () => this.closed() }, icon("close")),
    );
    const note = grid.note && el("p", { class: "plan-note" }, grid.note);
    return [head, el("dl", { class: "plan-figures" }, this.figures(grid)), note, this.may && this.buttons(grid)].filter(Boolean);
  }

  figures(grid) {
    const counted = ["households", "residents", "buildings", "members", "reports"].map((name) => {
      const { now, change } = this.model.figure(this.row, name);
      return [t(name), numberText(now), signed(change), change];
    });
    const area = grid.change?.area_m2 ?? 0;
    const more = [
      [t("area"), grid.area_m2 === undefined ? "–" : areaText(grid.area_m2), Math.abs(area) < 50 ? "" : `${area > 0 ? "+" : "−"}${areaText(Math.abs(area))}`, area],
      [t("shape"), percent(grid.polsby_popper), "", 0],
    ];
    return [...counted, ...more].map(([label, value, change, by]) =>
      el("div", {}, el("dt", {}, label), el("dd", {}, value, change && el("small", { class: by > 0 ? "plan-more" : "plan-less" }, change))),
    );
  }

  buttons(grid) {
    const button = (words, does) => el("button", { class: "button", type: "button", onclick: does }, words);
    return el(
      "p",
      { class: "plan-acts" },
      button(t("split"), () => this.split(grid)),
      button(t("rename"), () => this.rename(grid)),
      button(t("renumber"), () => this.renumber(grid)),
      button(grid.locked ? t("unlock") : t("lock"), () => this.lock(grid)),
      button(t("note"), () => this.note(grid)),
    );
  }

  change(row, fields) {
    return { grids: (grids) => grids.has(row) && Object.assign(grids.get(row), fields) };
  }

  async rename(grid) {
    const { row } = this;
    const answer = await ask({ title: t("rename"), fields: [{ name: "text", label: t("grid_name"), value: grid.name, required: true, maxlength: 40 }] });
    if (answer && answer.text !== grid.name) this.edit({ kind: "rename", grid: row, text: answer.text }, this.change(row, { name: answer.text }));
  }

  async renumber(grid) {
    const { row } = this;
    const fields = [{ name: "text", label: t("grid_code"), value: grid.code, required: true, pattern: "[0-9]{15}", inputmode: "numeric", maxlength: 15 }];
    const answer = await ask({ title: t("renumber"), lead: t("renumber_hint"), fields });
    if (answer && answer.text !== grid.code) this.edit({ kind: "renumber", grid: row, text: answer.text });
  }

  async note(grid) {
    const { row } = this;
    const answer = await ask({ title: t("note"), fields: [{ name: "text", label: t("grid_note"), type: "textarea", value: grid.note, maxlength: 500 }] });
    if (answer && answer.text !== grid.note) this.edit({ kind: "note", grid: row, text: answer.text }, this.change(row, { note: answer.text }));
  }

  lock({ locked }) {
    const { row } = this;
    this.edit({ kind: "lock_grids", grids: [row], locked: !locked }, this.change(row, { locked: !locked }));
  }

  async split(grid) {
    const { row } = this;
    const most = Math.min(MOST_PARTS, this.model.shown.members.get(row)?.size ?? 2);
    const households = this.model.figure(row, "households").now;
    const [least, upper] = this.model.state.balance.band;
    const fitting = Math.max(2, Math.min(most, Math.round(households / ((least + upper) / 2))));
    const options = Array.from({ length: most - 1 }, (_, i) => [String(i + 2), t("name_households", { name: i + 2, n: numberText(Math.round(households / (i + 2))) })]);
    const fields = [{ name: "parts", label: t("split_into"), type: "select", options, value: String(fitting) }];
    const answer = await ask({ title: `${t("split")} ${grid.name}`, lead: t("split_hint"), fields, confirm: t("split") });
    if (answer) this.edit({ kind: "split", grid: row, parts: Number(answer.parts) });
  }
}
