/**
 * Proposals of the machine: what is wanted, a search that improves while it runs, and what it has
 * found side by side. Pointing at one shows it on the map; taking one is a step like any other.
 */

import { getJSON, post, Problem, toast, toastProblem } from "./api.js";
import { el, icon } from "./dom.js";
import { Cover } from "./plan_cover.js";
import { percent } from "./plan_words.js";
import { newKey } from "./shelf.js";
import { distanceText, numberText, t } from "./strings.js";

const LOOK_MS = 400;
const OPEN = new Set(["waiting", "running"]);
const $ = (id) => document.getElementById(id);
const whole = (value) => numberText(value);

/** What is shown of a proposal: name, how it is written, and whether more (1) or less (-1) is better. */
const FIGURES = [
  ["worst", (f) => percent(f.worst, 1), -1],
  ["in_band", (f) => t("of_n", { n: whole(f.in_band), all: whole(f.grids) }), 1],
  ["range", (f) => `${whole(f.least)}–${whole(f.most)}`, 0],
  ["grids", (f) => whole(f.grids), 0],
  ["cut_m", (f) => distanceText(f.cut_m), -1],
  ["polsby_mean", (f) => percent(f.polsby_mean), 1],
  ["split_compounds", (f) => whole(f.split_compounds), -1],
  ["roads", (f) => percent(f.roads), 1],
  ["small_branches", (f) => whole(f.small_branches), -1],
  ["households_moved", (f) => whole(f.households_moved), -1],
  ["reports_moved", (f) => whole(f.reports_moved), -1],
];

export class ProposePane {
  /** `preview(cover, name)`: show it on the map, or nothing (null). `take(edit, shown, name)`: make it the plan. */
  constructor(model, { api, preview, take }) {
    Object.assign(this, { model, api, preview, take, run: null, pinned: null });
    this.form = $("wish");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    for (const slider of this.form.querySelectorAll("input[type=range]")) {
      slider.addEventListener("input", () => (slider.nextElementSibling.textContent = slider.value));
    }
    for (const number of this.form.querySelectorAll("input[type=number]")) {
      const by = number.name === "grids" ? "grids" : "households";
      number.addEventListener("input", () => (this.form.elements.by.value = by));
    }
    $("wish-stop").addEventListener("click", () => this.stop());
  }

  /** The plan is there: fit the form to it. */
  ready() {
    const { balance, communities } = this.model.state;
    [this.form.elements.least.value, this.form.elements.most.value] = balance.band;
    const households = this.model.terrain.households.reduce((sum, n) => sum + n, 0);
    this.form.elements.grids.value = Math.max(1, Math.round((2 * households) / (balance.band[0] + balance.band[1])));
    $("wish-community-field").hidden = communities.length < 2;
    for (const { id, name } of communities) this.form.elements.community.append(el("option", { value: id }, name));
  }

  wish() {
    const { elements } = this.form;
    const weights = Object.fromEntries([...this.form.querySelectorAll("input[type=range]")].map(({ name, value }) => [name, value / 100]));
    const counted = elements.by.value === "grids" ? { grids: Number(elements.grids.value) } : { households: [Number(elements.least.value), Number(elements.most.value)] };
    const community = elements.community.value ? { community: Number(elements.community.value) } : {};
    return { ...counted, ...community, weights, seconds: Number(elements.seconds.value), base: this.model.state.version };
  }

  async start() {
    this.show([]);
    try {
      const { run } = await this.post("proposals", this.wish());
      this.run = run;
      this.searching(true);
      $("search-state").scrollIntoView({ block: "start" });
      await this.watch(run);
    } catch (problem) {
      this.searching(false);
      toastProblem(problem);
    }
  }

  post(path, body = {}) {
    return post(`${this.api}/${path}`, body, { headers: { "Idempotency-Key": newKey() } });
  }

  searching(on) {
    $("wish-start").hidden = on;
    $("wish-stop").hidden = !on;
    $("search-meter").hidden = !on;
  }

  async watch(run) {
    for (let lost = 0; run === this.run; ) {
      await new Promise((later) => setTimeout(later, LOOK_MS));
      try {
        const found = await getJSON(`${this.api}/proposals/${run}`);
        lost = 0;
        if (run !== this.run) return;
        this.tell(found);
        if (!OPEN.has(found.state.key)) return;
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.status !== 0 || (lost += 1) > 20) throw problem;
      }
    }
  }

  tell({ state, progress, proposals, refusal }) {
    const words = {
      waiting: t("search_waiting"),
      running: t("search_running", { percent: percent(progress) }),
      done: proposals.length ? t("search_done") : t("search_none"),
      stopped: t("search_stopped"),
      failed: refusal?.message ?? t("search_failed"),
    };
    $("search-state").textContent = words[state.key] ?? state.label;
    $("search-meter").firstElementChild.style.width = percent(progress);
    if (!OPEN.has(state.key)) this.searching(false);
    this.show(proposals);
  }

  async stop() {
    try {
      await this.post(`proposals/${this.run}/stop`);
    } catch (problem) {
      toastProblem(problem);
    }
  }

  /** Leave the map to the plan again. */
  release() {
    this.pinned = null;
    this.preview(null);
    this.press();
  }

  show(proposals) {
    this.proposals = proposals;
    if (this.pinned && !proposals.some(({ kind }) => kind === this.pinned)) this.release();
    $("proposals").replaceChildren(...(proposals.length ? [this.table(proposals)] : []));
    if (this.pinned) this.look(this.pinned);
    this.press();
  }

  table(proposals) {
    const head = el("tr", {}, el("td", {}), proposals.map((one) => el("th", { scope: "col" }, this.head(one))));
    const lines = FIGURES.map(([name, written, better]) => {
      const values = proposals.map(({ figures }) => better * figures[name]);
      const [best, worst] = better ? [Math.max(...values), Math.min(...values)] : [null, null];
      const cells = proposals.map(({ figures }) => {
        const lit = best !== null && better * figures[name] === best && best !== worst;
        return el("td", { class: lit ? "plan-best" : null, title: lit ? t("best_of_row") : null }, written(figures), lit && icon("check"), lit && el("span", { class: "visually-hidden" }, t("best_of_row")));
      });
      return el("tr", {}, el("th", { scope: "row" }, t(`figure_${name}`)), cells);
    });
    return el("table", { class: "plan-found" }, el("thead", {}, head), el("tbody", {}, lines));
  }

  head(proposal) {
    const { kind, label } = proposal;
    return [
      el("button", { class: "button plan-look", type: "button", "data-kind": kind, onclick: () => this.pin(kind), onpointerenter: () => this.hover(kind), onpointerleave: () => this.hover(null) }, label),
      el("button", { class: "button button-red", type: "button", onclick: () => this.adopt(proposal) }, t("adopt_proposal")),
    ];
  }

  press() {
    for (const button of $("proposals").querySelectorAll("[data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === this.pinned));
  }

  hover(kind) {
    if (!this.pinned) this.look(kind);
  }

  pin(kind) {
    this.pinned = this.pinned === kind ? null : kind;
    this.look(this.pinned);
    this.press();
  }

  look(kind) {
    const proposal = kind && this.proposals.find((one) => one.kind === kind);
    if (!proposal) {
      this.preview(null);
      return;
    }
    const cover = new Cover(this.model.mesh, proposal.assignment);
    const names = new Map(proposal.grids.map(({ row, name }) => [row, name]));
    this.preview(cover, { name: proposal.label, nameOf: (row) => names.get(row) ?? this.model.nameOf(row) });
  }

  async adopt({ kind, label, assignment }) {
    this.release();
    const rows = (shown) => shown.set(assignment);
    const answer = await this.take({ kind: "proposal", run: this.run, proposal: kind }, { rows });
    if (answer) toast(t("proposal_taken", { name: label }), "good");
  }
}
