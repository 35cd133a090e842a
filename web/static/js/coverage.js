/**
 * The coverage page: map, measure, day, numbers, table and one community's gaps. Answers of the
 * server are kept by day, so that the slider goes back and forth without asking again.
 */

import { getJSON, toastProblem } from "./api.js";
import { CoverageMap, shadeOf, WORST } from "./coverage_map.js";
import { detail, rows } from "./coverage_table.js";
import { TimeBar } from "./coverage_time.js";
import { el } from "./dom.js";
import { readState, writeState } from "./permalink.js";
import { dayText, numberText, t } from "./strings.js";

const SETTLED_MS = 500;
const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 800px)");
const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "–");

/** {day, check, community} of the address. */
function stateOfAddress(known) {
  const query = new URLSearchParams(location.search);
  const check = query.get("check");
  return { day: readState().day, check: known.has(check) ? check : null, community: query.get("community") };
}

class CoveragePage {
  constructor() {
    this.measures = [...document.querySelectorAll("button[data-check]")];
    this.names = new Map(this.measures.filter(({ dataset }) => dataset.check).map((button) => [button.dataset.check, button.textContent.trim()]));
    this.state = stateOfAddress(this.names);
    this.answers = new Map(); // day -> promise of [audit, communities]
    this.county = new CoverageMap({ picked: (code) => this.open(code, this.state.check), failed: toastProblem });
    this.map = this.county.map;
    this.listen();
  }

  listen() {
    for (const button of this.measures) button.addEventListener("click", () => this.measure(button.dataset.check || null));
    $("zoom-in").addEventListener("click", () => this.map.zoomIn());
    $("zoom-out").addEventListener("click", () => this.map.zoomOut());
    $("whole").addEventListener("click", () => this.fit());
    $("print").addEventListener("click", () => this.print());
    $("detail").addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    addEventListener("popstate", () => this.goBack());
  }

  async start() {
    try {
      this.info = await getJSON("/api/v1/county");
    } catch (problem) {
      toastProblem(problem);
      return;
    }
    const { today, first_day: firstDay, credits, bbox } = this.info;
    $("credits").textContent = credits ?? "";
    if (this.state.day === today) this.state.day = null;
    this.time = new TimeBar({ today, firstDay, day: this.state.day, chosen: (day) => this.changeDay(day) });
    this.fit();
    await Promise.all([this.county.load(this.state.day, bbox), this.refresh()]);
    this.fit(); // the legend has taken its room
    if (phone.matches && !$("detail").hidden) $("detail").scrollIntoView({ block: "start" });
    document.body.dataset.ready = "coverage";
  }

  fit() {
    const [west, south, east, north] = this.info.bbox;
    const room = document.body.classList.contains("printing") || phone.matches ? [8, 8, 8] : [14, $("measures").offsetHeight + 24, $("legend").parentElement.offsetHeight + 24];
    this.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: [room[0], room[1]], paddingBottomRight: [room[0], room[2]], animate: false });
  }

  /** The audit and the communities of a day, asked for once. */
  answer(day) {
    const key = day ?? "today";
    if (!this.answers.has(key)) {
      const asked = Promise.all([getJSON("/api/v1/coverage", { day }), getJSON("/api/v1/features/communities", { day })]);
      asked.catch(() => this.answers.delete(key)); // a failed day is asked again
      this.answers.set(key, asked);
    }
    return this.answers.get(key);
  }

  /** Show the state: its day's answer, unless another day was chosen meanwhile. */
  async refresh() {
    const turn = (this.turn = Symbol("day"));
    try {
      const [audit, { features }] = await this.answer(this.state.day);
      if (turn !== this.turn) return;
      Object.assign(this, { audit, features });
      this.draw();
    } catch (problem) {
      if (turn === this.turn) toastProblem(problem);
    }
  }

  draw() {
    const { check, community } = this.state;
    this.county.show(this.features, this.audit, check, (key) => this.names.get(key));
    for (const button of this.measures) button.setAttribute("aria-pressed", String((button.dataset.check || null) === check));
    $("as-of").textContent = [t("as_of", { day: dayText(this.audit.day) }), check && this.names.get(check)].filter(Boolean).join(" · ");
    this.drawNumbers();
    this.drawLegend();
    $("rows").replaceChildren(...rows(this.audit, { check, chosen: community, open: (code, key) => this.open(code, key) }));
    this.drawDetail();
  }

  drawNumbers() {
    const { communities, complete, missing, visits_this_quarter: visits } = this.audit.totals;
    const put = (id, value, note) => {
      $(id).textContent = value;
      $(id).parentElement.querySelector("small").textContent = note;
    };
    put("count-complete", numberText(complete), t("of_communities", { n: numberText(communities) }));
    put("count-lacking", numberText(communities - complete), t("missing_in_all", { n: numberText(missing) }));
    put("count-visits", percent(visits.made, visits.due), t("visits_made", { made: numberText(visits.made), due: numberText(visits.due) }));
  }

  drawLegend() {
    const { check } = this.state;
    const counts = new Map();
    for (const community of this.audit.communities) {
      const shade = shadeOf(community, check);
      counts.set(shade, (counts.get(shade) ?? 0) + 1);
    }
    const words = (n) => (n === 0 ? t("all_held") : n === WORST ? t("missing_more", { n }) : t("missing_n", { n }));
    const classes = check ? [["held", t("held")], ["5", t("missing")], ["none", t("not_asked")]] : Array.from({ length: WORST + 1 }, (_, n) => [String(n), words(n)]);
    const shown = classes.filter(([shade]) => shade !== "none" || counts.get(shade));
    $("legend").replaceChildren(
      el("h2", {}, check ? this.names.get(check) : t("all")),
      el(
        "ul",
        {},
        shown.map(([shade, name]) => el("li", { class: counts.get(shade) ? null : "none" }, el("i", { class: `shade-${shade}` }), name, el("b", {}, numberText(counts.get(shade) ?? 0)))),
      ),
    );
  }

  drawDetail() {
    const community = this.audit.communities.find(({ code }) => code === this.state.community);
    this.county.choose(community?.code ?? null);
    $("list").hidden = Boolean(community);
    $("detail").hidden = !community;
    if (!community) return;
    $("detail").replaceChildren(...detail(community, this.audit, { check: this.state.check, back: () => this.close(), link: this.mapLink(community.code) }));
  }

  mapLink(code) {
    const middle = this.county.middle(code);
    if (!middle) return null;
    const query = new URLSearchParams({ lon: middle.lon.toFixed(6), lat: middle.lat.toFixed(6), z: "16" });
    if (this.state.day) query.set("day", this.state.day);
    return `/?${query}`;
  }

  measure(check) {
    this.state.check = check;
    writeState({ check });
    this.draw();
  }

  async changeDay(day) {
    this.state.day = day;
    writeState({ day });
    clearTimeout(this.settling); // the ground below follows when the slider rests
    this.settling = setTimeout(() => this.county.load(this.state.day, this.info.bbox), SETTLED_MS);
    await this.refresh();
  }

  /** Open a community, and light up one of its gaps where a cell was pressed. */
  open(code, check = null) {
    this.state.community = code;
    writeState({ community: code }, { push: true });
    this.drawDetail();
    for (const line of $("rows").children) line.classList.toggle("chosen", line.dataset.code === code);
    const gap = check && $("detail").querySelector(`[data-check="${check}"]`);
    if (gap) gap.classList.add("lit");
    const place = gap ?? $("detail").querySelector("h2");
    place.focus({ preventScroll: true });
    if (gap) gap.scrollIntoView({ block: "start" });
    else if (phone.matches) $("detail").scrollIntoView({ block: "start" });
  }

  close() {
    const code = this.state.community;
    this.state.community = null;
    writeState({ community: null }, { push: true });
    this.drawDetail();
    const line = [...$("rows").children].find(({ dataset }) => dataset.code === code);
    line?.querySelector("button")?.focus();
  }

  async goBack() {
    const before = this.state.day;
    this.state = stateOfAddress(this.names);
    if (this.state.day !== before) {
      this.time.show(this.state.day);
      this.county.load(this.state.day, this.info.bbox);
    }
    await this.refresh();
  }

  /** Fit the map to the sheet first: a canvas does not do it by itself. */
  async print() {
    document.body.classList.add("printing");
    this.map.invalidateSize({ animate: false });
    this.fit();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    window.print();
    document.body.classList.remove("printing");
    this.map.invalidateSize({ animate: false });
    this.fit();
  }
}

new CoveragePage().start();
