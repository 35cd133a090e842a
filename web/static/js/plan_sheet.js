/**
 * The sheet of a plan: two small maps drawn as shapes (sharp on paper), what becomes of grids, posts,
 * branches, buildings and open reports.
 */

import { getJSON, toastProblem } from "./api.js";
import { el } from "./dom.js";
import { Cover } from "./plan_cover.js";
import { Mesh } from "./plan_mesh.js";
import { PlanModel } from "./plan_model.js";
import { besideText, COMMA, shortCode } from "./plan_words.js";
import { numberText, t } from "./strings.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDE = 480; // units of the small maps
const NAMED_BUILDINGS = 6;
const LISTED_REPORTS = 24;
const LISTED_PAIRS = 24;
const LONG = 14; // letters of a cell that may be broken
const $ = (id) => document.getElementById(id);

function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

class Sheet {
  constructor() {
    this.frame = JSON.parse($("frame").textContent);
    $("print").addEventListener("click", () => window.print());
  }

  async start() {
    const api = `/api/v1/plans/${this.frame.plan}`;
    try {
      const look = { beside: this.frame.beside };
      const [state, impact] = await Promise.all([getJSON(api, look), getJSON(`${api}/impact`, look)]);
      const terrain = await getJSON(state.terrain_url);
      this.head(state);
      this.totals(impact, state.beside);
      this.maps(state, terrain);
      $("tables").replaceChildren(...[this.grids(impact), this.posts(impact), this.branches(impact), this.buildings(impact), state.beside ? [] : this.reports(impact)].flat());
      document.body.dataset.ready = "sheet";
    } catch (problem) {
      toastProblem(problem);
      $("sheet-name").textContent = problem.message;
    }
  }

  head({ name, area, state, author, version }) {
    $("sheet-name").textContent = name;
    $("sheet-facts").textContent = [area.name, state.label, author, t("version_n", { n: version }), $("sheet-facts").dataset.printed].filter(Boolean).join(" · ");
  }

  totals({ changed, hands_change: hands }, beside) {
    const tile = (name, n, note) => el("div", {}, el("dt", {}, name), el("dd", {}, numberText(n), note && el("small", {}, note)));
    $("totals").replaceChildren(
      tile(t("moved_buildings"), changed.buildings),
      tile(t("moved_households"), changed.households),
      tile(t("moved_residents"), changed.residents),
      ...(beside ? [] : [tile(t("moved_reports"), changed.reports, changed.reports > 0 && t("hands", { n: numberText(hands) }))]),
    );
  }

  maps(state, terrain) {
    const mesh = new Mesh(terrain);
    const model = new PlanModel(mesh, terrain, this.frame.palette.length);
    model.load(state);
    const [x1, y1, x2, y2] = mesh.boxOf(Array.from({ length: mesh.count }, (_, atom) => atom));
    this.scale = { k: WIDE / (x2 - x1), x: x1, y: y1, high: Math.ceil(((y2 - y1) * WIDE) / (x2 - x1)) };
    model.giveColours(model.today);
    const homes = new Cover(mesh, terrain.community);
    $("maps").replaceChildren(this.map(model, model.today, homes, besideText(state.beside)), this.map(model, model.shown, homes, t("after")));
  }

  map(model, cover, homes, caption) {
    const rows = cover.present().filter((row) => row >= 0);
    const areas = rows.map((row) => svg("path", { d: this.path(model.mesh, cover.outline(row).rings), fill: this.frame.palette[model.colour.get(row)]?.fill ?? "#8b97a7", "fill-opacity": 0.35, stroke: "#1b2430", "stroke-width": 1 }));
    const borders = homes.present().map((home) => svg("path", { d: this.path(model.mesh, homes.outline(home).rings), fill: "none", stroke: "#1b2430", "stroke-width": 2.5 }));
    const few = rows.length <= 40;
    const names = few ? rows.map((row) => this.name(model, cover, row)) : [];
    const drawn = svg("svg", { viewBox: `-4 -4 ${WIDE + 8} ${this.scale.high + 8}`, role: "img", "aria-label": caption }, ...areas, ...borders, ...names);
    return el("figure", {}, el("figcaption", {}, caption), drawn);
  }

  name(model, cover, row) {
    const { x, y } = cover.middle(row);
    const [px, py] = [(x - this.scale.x) * this.scale.k, (y - this.scale.y) * this.scale.k];
    return svg("text", { x: px.toFixed(1), y: (py + 5).toFixed(1) }, shortCode(model.grid(row)?.code));
  }

  path(mesh, rings) {
    const { k, x, y } = this.scale;
    const point = (vertex) => `${((mesh.x[vertex] - x) * k).toFixed(1)} ${((mesh.y[vertex] - y) * k).toFixed(1)}`;
    return rings.map((ring) => `M${Array.from(ring, point).join("L")}Z`).join("");
  }

  table(title, heads, lines) {
    const counts = (lines[0] ?? []).map((value) => typeof value === "number");
    const cells = (tag, values) => values.map((value, i) => el(tag, { class: counts[i] ? "number" : value.length > LONG ? "plan-long" : null, scope: tag === "th" ? "col" : null }, typeof value === "number" ? numberText(value) : value));
    const body = lines.length
      ? el("div", { class: "plan-table" }, el("table", {}, el("thead", {}, el("tr", {}, cells("th", heads))), el("tbody", {}, lines.map((line) => el("tr", {}, cells("td", line))))))
      : el("p", { class: "muted" }, t("nothing"));
    return [el("h2", {}, title), body];
  }

  grids({ grids }) {
    const lines = grids.map(({ name, code, becomes, others, before, after }) => [shortCode(code), name, becomes.label, others.join(COMMA), before, after]);
    return this.table(`${t("grids_title")} (${numberText(grids.length)})`, ["", t("grid"), t("becomes"), t("others"), t("before_households"), t("after_households")], lines);
  }

  /** Posts by what they are and what becomes of them: forty part-time workers of a grid are one line. */
  posts({ posts }) {
    const alike = new Map();
    for (const one of posts) {
      const key = [one.kind.key, one.grid, one.becomes.key, one.successor].join("|");
      if (!alike.has(key)) alike.set(key, { ...one, persons: [] });
      alike.get(key).persons.push(one.person);
    }
    const lines = [...alike.values()].map(({ persons, kind, grid, becomes, successor }) => [kind.label, grid, becomes.label, successor, persons.length, persons.join(COMMA)]);
    return this.table(`${t("posts_title")} (${numberText(posts.length)})`, [t("post"), t("grid"), t("becomes"), t("successor"), t("people"), t("person")], lines);
  }

  branches({ branches }) {
    const lines = branches.map(({ name, grid, members, becomes, successor }) => [name || t("to_found"), grid, becomes.label, successor, members]);
    return this.table(`${t("branches_title")} (${numberText(branches.length)})`, [t("branch"), t("grid"), t("becomes"), t("successor"), t("full_members")], lines);
  }

  /** Buildings by where they come from and go to: who moves fits on a page. */
  buildings({ buildings, changed }) {
    const pairs = new Map();
    for (const one of buildings) {
      const key = t("from_to", { before: one.before || t("no_grid"), after: one.after || t("no_grid") });
      if (!pairs.has(key)) pairs.set(key, []);
      pairs.get(key).push(one);
    }
    const lines = [...pairs].slice(0, LISTED_PAIRS).map(([key, own]) => {
      const households = own.reduce((sum, one) => sum + one.households, 0);
      const names = own.slice(0, NAMED_BUILDINGS).map(({ label }) => label).join(COMMA);
      const more = own.length > NAMED_BUILDINGS ? ` ${t("and_more", { n: numberText(own.length) })}` : "";
      return el("li", {}, el("b", {}, key), ` ${t("buildings_of", { n: numberText(own.length), households: numberText(households) })} `, el("small", {}, names + more));
    });
    const list = lines.length ? el("ul", { class: "plan-pairs" }, lines) : el("p", { class: "muted" }, t("nothing"));
    return [el("h2", {}, `${t("buildings_title")} (${numberText(changed.buildings)})`), list];
  }

  reports({ reports, reports_total: total }) {
    const lines = reports.slice(0, LISTED_REPORTS).map((one) => [one.number, t("from_to", { before: one.before || t("no_grid"), after: one.after || t("no_grid") }), one.hands_change ? t("hands_change") : t("stays")]);
    const made = this.table(`${t("reports_title")} (${numberText(total)})`, [t("number"), t("where"), t("hands_change")], lines);
    const rest = total - lines.length;
    return rest > 0 ? [...made, el("p", { class: "muted" }, t("and_more_reports", { n: numberText(rest) }))] : made;
  }
}

new Sheet().start();
