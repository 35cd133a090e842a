/**
 * The planner's table: map, tools, list, faults, proposals, review, and what happens between them.
 */

import { getJSON, toast, toastProblem } from "./api.js";
import { el } from "./dom.js";
import { Compare } from "./plan_compare.js";
import { PlanBuildings } from "./plan_buildings.js";
import { PlanCorners } from "./plan_corners.js";
import { GridDetail } from "./plan_detail.js";
import { tell } from "./plan_dialog.js";
import { FaultPane } from "./plan_faults.js";
import { GridList } from "./plan_grids.js";
import { History } from "./plan_history.js";
import { importFile } from "./plan_import.js";
import { PlanMap } from "./plan_map.js";
import { Mesh } from "./plan_mesh.js";
import { PlanModel } from "./plan_model.js";
import { Painting } from "./plan_painting.js";
import { ProposePane } from "./plan_propose.js";
import { PlanQueue } from "./plan_queue.js";
import { ReviewPane } from "./plan_review.js";
import { Sketch } from "./plan_sketch.js";
import { PlanTabs } from "./plan_tabs.js";
import { PlanTools } from "./plan_tools.js";
import { COMMA } from "./plan_words.js";
import { Sheet } from "./sheet.js";
import { dayText, numberText, t } from "./strings.js";

const HOUSES_MS = 150;
const TONES = { draft: "amber", review: "blue", approved: "purple", adopted: "green" };
const $ = (id) => document.getElementById(id);

class PlanPage {
  constructor() {
    this.frame = JSON.parse($("frame").textContent);
    this.api = `/api/v1/plans/${this.frame.plan}`;
    const { key, version, beside } = this.frame;
    this.look = { key, version, beside };
    this.county = new PlanMap({ failed: toastProblem });
    this.map = this.county.map;
  }

  async start() {
    try {
      const info = getJSON("/api/v1/county");
      const state = await getJSON(this.api, this.look);
      const terrain = await getJSON(state.terrain_url);
      this.info = await info;
      this.begin(state, terrain);
    } catch (problem) {
      toastProblem(problem);
      $("plan-name").textContent = problem.message;
    }
  }

  begin(state, terrain) {
    const mesh = new Mesh(terrain);
    this.model = new PlanModel(mesh, terrain, this.frame.palette.length);
    this.model.load(state);
    this.may = state.may.includes("edit");
    this.layMap(mesh, terrain);
    this.makeParts();
    this.model.addEventListener("change", ({ detail }) => this.changed(detail));
    this.showAll();
    this.listen();
    if (this.frame.compare) this.compare.press(this.frame.compare);
    document.body.dataset.ready = "plan";
  }

  layMap(mesh, terrain) {
    const { tileZoom } = this.county.drawing.buildings;
    this.houses = new PlanBuildings(mesh, terrain.building, { tileZoom, came: (atoms) => this.built(atoms), failed: toastProblem });
    const { palette } = this.frame;
    this.options = { mesh, palette, colour: this.model.colour, houses: this.houses, homes: terrain.community };
    this.county.lay(this.model, this.options, { cover: this.model.shown, locked: this.model.lockedAtoms });
    this.fit();
    this.county.load(null, this.info.bbox);
    const { lat, lng } = this.map.getCenter();
    this.houses.load(this.bounds(), [lng, lat]);
    $("credits").textContent = this.info.credits ?? "";
  }

  makeParts() {
    const { model, api, map, may } = this;
    this.queue = new PlanQueue(model, api, {
      state: (word) => this.saving(word),
      refused: (problem) => this.refused(problem),
      overtaken: (problem, differs) => this.overtaken(problem, differs),
      reload: () => location.reload(),
    });
    this.sketch = new Sketch($("sketch"), $("ring"), map);
    this.corners = new PlanCorners({ map, sketch: this.sketch, api }, { dragged: (from, to) => this.painting.drag(from, to) });
    this.painting = new Painting(model, this.queue, { picked: (row) => this.choose(row) });
    this.tools = new PlanTools({ map, model, sketch: this.sketch, corners: this.corners }, this.painting.heard(() => this.showTools()));
    this.grids = new GridList(model, { chosen: (row) => this.choose(row), zoom: (row) => this.zoomTo(row), may });
    this.detail = new GridDetail(model, { edit: (edit, shown) => this.painting.made(this.queue.edit(edit, shown), edit), zoom: (row) => this.zoomTo(row), closed: () => this.choose(null), may });
    this.faults = new FaultPane(model, { zoom: (bounds, row) => this.zoomBounds(bounds, row) });
    this.compare = new Compare(this.county, model, this.options, { api, look: this.look });
    this.makePanes();
  }

  makePanes() {
    const { model, api, frame } = this;
    const opened = (name) => this.opened(name);
    this.tabs = new PlanTabs($("tabs"), opened);
    this.sheet = new Sheet($("panel"));
    if (frame.key) return;
    this.propose = new ProposePane(model, {
      api,
      preview: (cover, found) => this.preview(cover, found),
      take: (edit, shown) => this.queue.edit(edit, shown),
    });
    this.review = new ReviewPane(model, { api, today: frame.today, settled: () => this.settled(), changed: (state) => this.replaced(state), importing: () => this.importing() });
    this.history = new History(model, { api, compare: (word, name) => this.compare.with(word, name) });
    this.propose.ready();
  }

  listen() {
    $("zoom-in").addEventListener("click", () => this.map.zoomIn());
    $("zoom-out").addEventListener("click", () => this.map.zoomOut());
    $("whole").addEventListener("click", () => this.fit());
    addEventListener("beforeunload", (event) => {
      if (!this.queue.busy) return;
      event.preventDefault();
      event.returnValue = t("leave");
    });
    addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe($("side-plan"));
    if (this.frame.key) return;
    $("undo").addEventListener("click", () => this.go("undo"));
    $("redo").addEventListener("click", () => this.go("redo"));
    $("new-grid").addEventListener("click", () => this.beginGrid());
    $("merge").addEventListener("click", () => this.merge());
    $("plan-band-do").addEventListener("click", () => this.go("rebase"));
    for (const button of $("tools").children) button.addEventListener("click", () => this.tools.choose(button.dataset.tool));
    for (const button of $("wholes").children) button.addEventListener("click", () => this.tools.setWholes(button.dataset.wholes === "1"));
    for (const button of $("brush-size").children) button.addEventListener("click", () => this.tools.resize(Number(button.dataset.brush)));
  }

  key(event) {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (typing || this.frame.key) return;
    const letter = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      const path = letter === "z" ? (event.shiftKey ? "redo" : "undo") : letter === "y" ? "redo" : null;
      if (!path) return;
      event.preventDefault();
      this.go(path);
      return;
    }
    if (event.key === "Escape") this.escape();
    else if (letter === "[" || letter === "]") this.tools.resize(letter === "]" ? 1 : -1);
    else if (!event.altKey) [...$("tools").children].find((button) => button.getAttribute("aria-keyshortcuts").toLowerCase() === letter)?.click();
  }

  escape() {
    if (this.tools.stroke) this.tools.abort();
    else if (this.propose?.pinned) this.propose.release();
    else this.choose(null);
  }

  // what is shown

  showAll() {
    const { state } = this.model;
    document.title = `${state.name} · ${document.title.split(" · ").pop()}`;
    $("plan-name").textContent = state.name;
    $("plan-facts").textContent = [state.area.name, state.author].filter(Boolean).join(" · ");
    const day = state.day && t(state.day > this.frame.today ? "in_force_from" : "in_force_since", { day: dayText(state.day) });
    $("plan-state").replaceChildren(el("span", { class: `badge badge-${TONES[state.state.key] ?? ""}`, title: day || null }, state.state.label));
    if (day) $("plan-facts").textContent += ` · ${day}`;
    document.body.classList.toggle("plan-locked", !this.may);
    this.outdated(state.outdated && this.may);
    this.grids.list();
    this.refreshNumbers();
    this.faults.show();
    this.review?.show();
    this.showTools();
    if (!this.frame.key) this.saving(this.may ? "saved" : "read_only");
  }

  outdated(shown) {
    $("plan-band").hidden = !shown;
    $("plan-band-words").textContent = t("outdated");
    $("plan-band-do").textContent = t("rebase");
  }

  showTools() {
    if (this.frame.key || !this.tools) return;
    const { tool, wholes } = this.tools;
    for (const button of $("tools").children) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
      button.disabled = !this.may && !["move", "sample"].includes(button.dataset.tool);
    }
    for (const button of $("wholes").children) button.setAttribute("aria-pressed", String((button.dataset.wholes === "1") === wholes));
    $("brush-size").hidden = tool !== "brush";
    $("wholes").hidden = !this.may;
    $("new-grid").hidden = !this.may;
    this.hint();
  }

  /** One line over the map: what the next touch does. */
  hint() {
    const { paint } = this.painting;
    const painting = ["pick", "lasso", "brush"].includes(this.tools.tool);
    let words = "";
    if (this.previewed) words = t("previewing", { name: this.previewed });
    else if (paint === "new") words = t("new_grid_hint");
    else if (painting) words = paint === null ? t("choose_first") : t("paint_is", { name: this.model.nameOf(paint) });
    if ($("hint").textContent !== words) $("hint").replaceChildren(el("span", {}, words));
    $("hint").hidden = !words;
  }

  /** Atoms look different, or figures do. */
  changed({ atoms, rows }) {
    this.county.plan.touch(atoms);
    this.dirty = rows && this.dirty !== null ? new Set([...(this.dirty ?? []), ...rows]) : null;
    this.frameAsked ??= requestAnimationFrame(() => {
      this.frameAsked = undefined;
      const [dirty, painting] = [this.dirty, this.model.active];
      this.dirty = undefined;
      this.grids.update(dirty ? [...dirty] : undefined);
      this.refreshNumbers();
      if (!painting) this.settledView();
    });
  }

  /** What need not follow every stroke of the brush: words on the map, faults, marks. */
  settledView() {
    this.county.labels.refresh();
    if (this.county.plan.look.locked !== this.model.lockedAtoms) this.county.plan.show({ locked: this.model.lockedAtoms });
    if (this.compare.changes) this.compare.update();
    this.faults.show();
    this.hint();
  }

  refreshNumbers() {
    const { changed, state } = this.model;
    const loose = this.model.shown.members.get(-1)?.size ?? 0;
    const blocking = state.faults.filter(({ blocks }) => blocks).length;
    const seam = loose ? t("unassigned", { n: numberText(loose) }) : blocking ? t("must_mend", { n: blocking }) : t("seamless");
    $("seam").textContent = seam;
    $("seam").className = `badge badge-${loose || blocking ? "red" : "green"}`;
    const counts = Object.fromEntries(Object.entries(changed).map(([name, n]) => [name, numberText(n)]));
    $("tally").textContent = this.tally(changed, counts);
    $("grids-count").textContent = numberText(this.model.rows().length);
    this.detail.update();
    if (this.frame.key) return;
    $("undo").disabled = !this.may || !(state.can_undo || this.queue.busy);
    $("redo").disabled = !this.may || !state.can_redo;
  }

  /** What is not the same; who held which report on a past day is not known here. */
  tally({ buildings, households }, counts) {
    const { beside, in_force: inForce } = this.model.state;
    if (!buildings && !households) return t(beside || inForce ? "same" : "unchanged");
    return t(beside ? "changed_past" : "changed", counts);
  }

  saving(word) {
    $("saved").textContent = t(word);
    $("saved").dataset.state = word;
    if (word === "saved" && this.corners) this.corners.refresh();
  }

  /** Buildings have come: painted some at a time, not tile by tile. */
  built(atoms) {
    this.fresh = [...(this.fresh ?? []), ...atoms.filter((atom) => atom >= 0)];
    this.painter ??= setTimeout(() => {
      this.painter = null;
      this.county.plan.touch(this.fresh.splice(0));
      this.compare?.repaint();
    }, HOUSES_MS);
  }

  preview(cover, { name = null, nameOf = null } = {}) {
    this.previewed = name;
    this.county.nameOf = nameOf;
    if (cover) this.model.giveColours(cover);
    this.county.plan.show({ cover: cover ?? this.model.shown });
    this.county.labels.refresh();
    this.hint();
  }

  opened(name) {
    this.sheet.raise();
    if (name === "review") this.history.show();
    if (name !== "propose") this.propose?.release();
  }

  // what is done

  choose(row) {
    this.painting.paint = row;
    const shown = row === "new" ? null : row;
    this.grids.choose(shown);
    this.detail.show(shown);
    this.county.plan.show({ paint: shown });
    this.county.labels.refresh();
    if (this.frame.key) return;
    $("new-grid").setAttribute("aria-pressed", String(row === "new"));
    this.hint();
  }

  beginGrid() {
    this.choose(this.painting.paint === "new" ? null : "new");
    if (this.painting.paint === "new" && !["pick", "lasso", "brush"].includes(this.tools.tool)) this.tools.choose("pick");
  }

  async merge() {
    const answer = await this.painting.merge([...this.grids.marked]);
    if (answer) this.grids.unmark();
  }

  async go(path) {
    if (!this.may || $(path)?.disabled) return;
    const answer = await this.queue.go(path);
    if (answer && path === "rebase") {
      toast(t("rebased"), "good");
      this.replaced(await getJSON(this.api));
    }
  }

  settled() {
    return this.queue.running ?? Promise.resolve();
  }

  replaced(state) {
    if (state.terrain !== this.model.state.terrain) {
      location.reload();
      return;
    }
    this.may = state.may.includes("edit");
    this.grids.may = this.detail.may = this.may;
    this.model.load(state);
    if (!this.may) this.tools.choose("move");
    this.showAll();
    this.history.show();
  }

  importing() {
    importFile(this.api, () => this.model.state.version, async () => this.replaced(await getJSON(this.api)));
  }

  /** A step was refused; where the plan itself has moved on (sent for review by another), show it as it is now. */
  async refused(problem) {
    toastProblem(problem);
    if (problem.status === 409) this.replaced(await getJSON(this.api));
  }

  async overtaken(problem, { mine, atoms, grids }) {
    this.showAll();
    if (mine) {
      toast(t("overtaken_own"));
      return;
    }
    const what = t("overtaken_what", { atoms: numberText(atoms), grids: grids.slice(0, 8).join(COMMA) || "–" });
    await tell({ title: t("overtaken"), lead: problem.message, body: [el("p", {}, what), el("p", {}, t("overtaken_lead"))] });
  }

  // where to look

  bounds() {
    const boxes = this.model.state.grids.map(({ bounds }) => bounds);
    return [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...boxes.map((box) => box[side])));
  }

  fit() {
    this.zoomBounds(this.bounds());
  }

  zoomBounds([west, south, east, north], row = null) {
    const phone = matchMedia("(max-width: 800px)").matches;
    this.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [16, phone ? 130 : 84], paddingBottomRight: [16, phone ? 130 : 16], maxZoom: 18, animate: false });
    if (row !== null && this.grids) this.choose(row);
  }

  zoomTo(row) {
    this.county.showBox(this.model.shown.outline(row).box);
  }
}

window.plan_page = new PlanPage(); // for whoever looks in from the console
window.plan_page.start();
