/**
 * The coverage page: map, measure, day, numbers, table, one community's gaps, two days compared. Answers of the
 * server are kept by day, so that the slider goes back and forth without asking again.
 */

import { getJSON, toastProblem } from "./api.js";
import { changesOf, comparisonView } from "./coverage_compare.js";
import { detail } from "./coverage_detail.js";
import { CoverageMap } from "./coverage_map.js";
import { drawLegend, drawMissing, drawNumbers, drawTownships } from "./coverage_numbers.js";
import { Series } from "./coverage_series.js";
import { linkExports, stateOfAddress } from "./coverage_state.js";
import { rows } from "./coverage_table.js";
import { TimeBar } from "./coverage_time.js";
import { writeState } from "./permalink.js";
import { dayText, t } from "./strings.js";

const SETTLED_MS = 500;
const AHEAD_DAYS = 60;
const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 800px)");
const plusDays = (day, n) => new Date(Date.parse(day) + n * 86400000).toISOString().slice(0, 10);

class CoveragePage {
  constructor() {
    this.measures = [...document.querySelectorAll("#measures [data-check]")];
    this.heads = [...document.querySelectorAll("#list thead [data-check]")];
    const known = this.heads.map(({ dataset, textContent }) => [dataset.check, { name: textContent.trim(), level: dataset.level }]);
    this.names = new Map(known.map(([key, { name }]) => [key, name]));
    this.levels = new Map(known.map(([key, { level }]) => [key, level]));
    this.state = stateOfAddress(this.levels);
    this.who = document.querySelector("main").dataset;
    this.answers = new Map(); // day -> promise of [audit, communities]
    this.insides = new Map(); // day and community -> promise
    this.tasks = [];
    this.county = new CoverageMap({ picked: (code) => this.open(code, this.state.check), spotted: (kind, code) => this.spotted(kind, code), failed: toastProblem });
    this.map = this.county.map;
    this.listen();
    window.coverage_page = this;
  }

  listen() {
    for (const button of [...this.measures, ...this.heads]) button.addEventListener("click", () => this.measure(button.dataset.check || null));
    for (const button of $("levels").children) button.addEventListener("click", () => this.setLevel(button.dataset.level));
    $("zoom-in").addEventListener("click", () => this.map.zoomIn());
    $("zoom-out").addEventListener("click", () => this.map.zoomOut());
    $("whole").addEventListener("click", () => this.fit(true));
    $("township").addEventListener("change", () => this.chooseTownship($("township").value || null));
    $("compare").addEventListener("click", () => this.compare(this.state.with ? null : this.usualOther()));
    $("forecast").addEventListener("click", () => this.forecast());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && $("days-panel").hidden && !$("export").open) this.close();
    });
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
    this.time = new TimeBar({
      today,
      firstDay,
      day: this.state.day,
      slid: (day) => this.preview(day),
      chosen: (day) => this.changeDay(day),
      playing: (on) => document.body.classList.toggle("coverage-playing", on),
    });
    this.series = new Series(this.time.first, this.time.last);
    this.fit();
    await Promise.all([this.county.load(this.state.day, bbox), this.refresh(), this.loadTasks()]);
    this.fit(); // the legend has taken its room
    if (phone.matches && !$("detail").hidden) $("detail").scrollIntoView({ block: "start" });
    document.body.dataset.ready = "coverage";
    this.loadSeries();
  }

  /** The steps of what is shown: marks on the time bar, colours while the slider moves. */
  async loadSeries() {
    const { check } = this.state;
    try {
      const steps = await this.series.load(check);
      if (check === this.state.check) this.time.mark(steps);
    } catch (problem) {
      toastProblem(problem);
    }
  }

  async loadTasks() {
    if (!this.who.signedIn) return;
    try {
      ({ tasks: this.tasks } = await getJSON("/api/v1/coverage/tasks"));
    } catch (problem) {
      toastProblem(problem);
    }
  }

  room() {
    const [top, bottom] = phone.matches ? [8, 8] : [$("measures-card").offsetHeight + 24, $("foot").offsetHeight + 24];
    const side = phone.matches ? 8 : 14;
    return { paddingTopLeft: [side, top], paddingBottomRight: [side, bottom], animate: false };
  }

  /** Fit the opened community, the chosen township or (`all`: always) the county. */
  fit(all = false) {
    const [west, south, east, north] = this.info.bbox;
    const codes = this.state.community ? new Set([this.state.community]) : this.state.township ? new Set(this.shownCommunities().map(({ code }) => code)) : null;
    const bounds = !all && codes && this.audit ? this.county.boundsOf(codes) : null;
    this.map.fitBounds(bounds ?? [[south, west], [north, east]], this.room());
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
    const { day, with: other } = this.state;
    try {
      const [[audit, { features }], comparison] = await Promise.all([this.answer(day), other ? getJSON("/api/v1/coverage/compare", { day: day ?? this.info.today, with: other }) : null]);
      if (turn !== this.turn) return;
      Object.assign(this, { audit, features, comparison });
      this.draw();
    } catch (problem) {
      if (turn === this.turn) toastProblem(problem);
    }
  }

  get checks() {
    return this.audit.checks.filter(({ on, level }) => on && level === this.state.level);
  }

  get shown() {
    const { level, check } = this.state;
    const keys = new Set(check ? [check] : this.checks.map(({ key }) => key));
    return { level, check, changes: this.comparison ? changesOf(this.comparison, keys) : null };
  }

  shownCommunities() {
    const { township } = this.state;
    return township ? this.audit.communities.filter((one) => one.township === township) : this.audit.communities;
  }

  draw() {
    const { check, level } = this.state;
    this.county.show(this.features, this.audit, this.shown, (key, of) => (!of || this.levels.get(key) === of ? this.names.get(key) : null));
    const on = new Set(this.checks.map(({ key }) => key));
    for (const button of $("levels").children) button.setAttribute("aria-pressed", String(button.dataset.level === level));
    for (const button of [...this.measures, ...this.heads]) button.setAttribute("aria-pressed", String((button.dataset.check || null) === check));
    for (const button of this.measures) button.hidden = Boolean(button.dataset.check) && !on.has(button.dataset.check);
    for (const button of this.heads) button.closest("th").hidden = !on.has(button.dataset.check);
    $("as-of").textContent = [t("as_of", { day: dayText(this.audit.day) }), check && this.names.get(check)].filter(Boolean).join(" · ");
    $("compare").setAttribute("aria-pressed", String(Boolean(this.state.with)));
    linkExports(this.state);
    drawTownships(this.audit, this.state.township);
    drawNumbers(this.audit.totals);
    drawLegend(this.audit.communities, this.shown, this.names);
    const name = this.state.township ?? t("whole_county");
    $("list").style.setProperty("--columns", String(this.checks.length));
    $("rows").replaceChildren(...rows(this.shownCommunities(), this.checks, { shown: this.shown, chosen: this.state.community, open: (code, key) => this.open(code, key), name }));
    this.drawPanel();
  }

  /** The right-hand side: the table, one community, or two days compared. */
  drawPanel() {
    const community = this.audit.communities.find(({ code }) => code === this.state.community);
    this.county.choose(community?.code ?? null);
    $("list").hidden = Boolean(community || this.comparison);
    $("detail").hidden = !community && !this.comparison;
    if (community) {
      this.drawDetail(community);
      this.loadInside(community);
      return;
    }
    this.county.enter(null, new Set());
    if (!this.comparison) return;
    const keys = new Set(this.state.check ? [this.state.check] : this.checks.map(({ key }) => key));
    $("detail").replaceChildren(...comparisonView(this.comparison, { keys, labels: this.names, open: (code) => this.open(code), close: () => this.compare(null) }));
  }

  drawDetail(community) {
    const { check, level, grid, day } = this.state;
    const on = this.audit.checks.filter((one) => one.on);
    const names = (this.county.features.grids ?? []).filter(({ properties }) => properties.community_code === community.code).map(({ properties }) => [properties.code, properties.name]);
    const back = Object.fromEntries(Object.entries({ day, check, community: community.code }).filter(([, value]) => value));
    const options = {
      day: this.audit.day,
      today: this.info.today,
      level,
      check,
      grid,
      gridNames: new Map(names),
      tasks: day ? [] : this.tasks,
      keeper: Boolean(this.who.keeper),
      signedIn: Boolean(this.who.signedIn),
      back,
      close: () => this.close(),
      spot: (kind, code) => this.goTo(kind, code),
      chooseGrid: (code) => this.chooseGrid(code),
      link: this.mapLink(community.code),
    };
    const [scrolled, focused] = [$("detail").scrollTop, $("detail").contains(document.activeElement)];
    const lit = $("detail").querySelector(".gap.lit")?.dataset.check;
    $("detail").replaceChildren(...detail(community, on, options));
    $("detail").scrollTop = scrolled;
    const gap = lit && $("detail").querySelector(`[data-check="${lit}"]`);
    gap?.classList.add("lit");
    if (focused) (gap ?? $("detail").querySelector("h2")).focus({ preventScroll: true });
  }

  /** All findings of a community, with its grids and buildings, asked for when it is opened. */
  async loadInside({ code }) {
    const day = this.state.day ?? this.info.today;
    const key = `${day} ${code}`;
    if (!this.insides.has(key)) {
      const asked = getJSON("/api/v1/coverage", { day, community: code }).then(({ communities }) => communities[0]);
      asked.catch(() => this.insides.delete(key));
      this.insides.set(key, asked);
    }
    try {
      const inside = await this.insides.get(key);
      if (this.state.community !== code || (this.state.day ?? this.info.today) !== day) return;
      const { check } = this.state;
      this.county.enter(inside, new Set(check ? [check] : this.checks.map((one) => one.key)));
      this.drawDetail(inside);
    } catch (problem) {
      toastProblem(problem);
    }
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
    this.loadSeries();
  }

  setLevel(level) {
    if (level === this.state.level) return;
    Object.assign(this.state, { level, check: null });
    writeState({ level: level === "required" ? null : level, check: null });
    this.draw();
    this.loadSeries();
    this.fit();
  }

  chooseTownship(township) {
    this.state.township = township;
    writeState({ township });
    this.draw();
    this.fit();
  }

  /** While the slider moves: the colours and numbers that are known already; the rest comes when it rests. */
  preview(day) {
    const { check, level, community } = this.state;
    if (!this.audit || community || this.comparison || (level === "advised" && !check)) return;
    const step = this.series.on(check, day ?? this.info.today);
    if (!step) return;
    this.county.preview(step.communities);
    drawMissing(step.communities_standing, step.complete, step.missing);
    $("as-of").textContent = t("as_of", { day: dayText(day ?? this.info.today) });
  }

  async changeDay(day) {
    this.state.day = day;
    writeState({ day });
    clearTimeout(this.settling); // the ground below follows when the slider rests
    this.settling = setTimeout(() => this.county.load(this.state.day, this.info.bbox), SETTLED_MS);
    await this.refresh();
  }

  usualOther() {
    const day = this.state.day ?? this.info.today;
    return this.time.ends.filter((end) => end.day < day).at(-1)?.day ?? this.time.first;
  }

  /** Compare the day with another one (null: no more). */
  async compare(other) {
    this.state.with = other;
    this.state.community = null;
    writeState({ with: other, community: null });
    if (!other) this.comparison = null;
    await this.refresh();
    this.fit();
    if (other) $("detail").querySelector("h2")?.focus({ preventScroll: true });
  }

  /** What will be red in sixty days, unless somebody acts: that day beside today. */
  async forecast() {
    const day = plusDays(this.info.today, AHEAD_DAYS);
    Object.assign(this.state, { day, with: this.info.today, community: null });
    writeState({ day, with: this.info.today, community: null });
    this.time.show(day);
    await this.refresh();
    this.fit();
    $("detail").querySelector("h2")?.focus({ preventScroll: true });
  }

  /** Open a community, and light up one of its gaps where a cell was pressed. */
  open(code, check = null) {
    Object.assign(this.state, { community: code, grid: null });
    writeState({ community: code, grid: null }, { push: true });
    this.drawPanel();
    this.fit();
    for (const line of $("rows").children) line.classList.toggle("chosen", line.dataset.code === code);
    const gap = check && $("detail").querySelector(`[data-check="${check}"]`);
    if (gap) gap.classList.add("lit");
    const place = gap ?? $("detail").querySelector("h2");
    place.focus({ preventScroll: true });
    if (gap) gap.scrollIntoView({ block: "start" });
    else if (phone.matches) $("detail").scrollIntoView({ block: "start" });
  }

  /** Go to a grid, building or compound on the map. */
  goTo(kind, code) {
    this.county.lightSpot(kind, code, true);
    if (phone.matches) $("map-area").scrollIntoView({ block: "start", behavior: "smooth" });
  }

  /** Something on the map was pressed: a grid shows its gaps alone, a building or compound its line. */
  spotted(kind, code) {
    if (kind === "grid") {
      this.chooseGrid(this.state.grid === code ? null : code);
      return;
    }
    this.county.lightSpot(kind, code);
    const line = $("detail").querySelector(`[data-subject="${CSS.escape(code)}"]`);
    if (!line) return;
    for (let fold = line.closest("details"); fold; fold = null) fold.open = true;
    line.scrollIntoView({ block: "center" });
  }

  async chooseGrid(code) {
    this.state.grid = code;
    writeState({ grid: code });
    this.county.lightSpot("grid", code);
    const community = this.audit.communities.find((one) => one.code === this.state.community);
    if (community) await this.loadInside(community);
  }

  close() {
    const { community: code } = this.state;
    if (!code) {
      if (this.state.with) this.compare(null);
      return;
    }
    Object.assign(this.state, { community: null, grid: null });
    writeState({ community: null, grid: null }, { push: true });
    this.county.lightSpot(null, null);
    this.drawPanel();
    this.fit();
    const line = [...$("rows").children].find(({ dataset }) => dataset.code === code);
    line?.querySelector("button")?.focus();
  }

  async goBack() {
    const before = this.state.day;
    this.state = stateOfAddress(this.levels);
    if (!this.state.with) this.comparison = null;
    if (this.state.day !== before) {
      this.time.show(this.state.day);
      this.county.load(this.state.day, this.info.bbox);
    }
    await this.refresh();
    this.fit();
  }
}

new CoveragePage().start();
