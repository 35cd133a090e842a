/**
 * Walking round: the doors that are due, building by building. What is found is kept on this phone until
 * the server has it; the page opens without a network with the round as it was last seen.
 */

import { getJSON, toast, toastProblem } from "./api.js";
import { el, icon } from "./dom.js";
import { whereAmI } from "./gps.js";
import { registerWorker } from "./installed.js";
import { keepRound, lastRound } from "./last_round.js";
import { VisitForm } from "./rounds_form.js";
import { RoundMap } from "./rounds_map.js";
import { newKey } from "./shelf.js";
import { distanceText, language, t } from "./strings.js";
import { Visits } from "./visits.js";

const $ = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(language === "en" ? "en-US" : "zh-CN", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" });
const BADGE = { overdue: "badge badge-red", due: "badge badge-amber", fine: "badge" };

class Walk {
  constructor() {
    Object.assign(this, { stops: [], topics: [], now: 0, done: new Map(), entries: [], everybody: false });
    this.map = new RoundMap({ chosen: (at) => this.go(at), failed: () => {} });
    this.form = new VisitForm($("visit"), { saved: (fields) => this.save(this.door, "visited", fields), left: () => this.showList() });
    this.visits = new Visits({
      changed: (entries) => this.waiting(entries),
      delivered: (entry, answer) => this.arrived(entry, answer),
    });
    $("before").addEventListener("click", () => this.go(this.now - 1));
    $("next").addEventListener("click", () => this.go(this.now + 1));
    $("locate-me").addEventListener("click", () => this.nearest());
    $("whole-way").addEventListener("click", () => this.map.fit());
    $("everybody").addEventListener("change", ({ target }) => {
      this.everybody = target.checked;
      this.load();
    });
  }

  async start() {
    await this.visits.meet();
    await this.visits.flush();
    await this.load();
    registerWorker();
    document.body.dataset.ready = "yes";
  }

  async load() {
    try {
      const round = await getJSON("/api/v1/rounds/mine", { everybody: this.everybody ? "true" : "" });
      this.tell("");
      this.show(round);
      keepRound(round).catch(() => {}); // a browser that keeps nothing
    } catch (problem) {
      await this.withoutNetwork(problem);
    }
  }

  async withoutNetwork(problem) {
    const kept = problem.status === 0 || problem.status >= 500 ? await lastRound() : null;
    if (kept) {
      this.tell(t("kept_round", { time: clock.format(new Date(kept.at)) }));
      this.show(kept);
      return;
    }
    const words = problem.status === 401 ? t("sign_in_first") : [problem.message, problem.hint].filter(Boolean).join(" ");
    this.tell(words);
    $("sign-in").hidden = problem.status !== 401;
    this.show({ stops: [], topics: [], left: 0, metres: { by_road: 0, straight: 0 } });
  }

  tell(words) {
    $("round-note").textContent = words;
    $("round-note").hidden = !words;
  }

  show({ stops, topics, left, metres }) {
    Object.assign(this, { stops, topics });
    this.recall();
    this.map.show(stops);
    const way = [metres.by_road && t("by_road", { n: distanceText(metres.by_road) }), metres.straight && t("straight", { n: distanceText(metres.straight) })];
    $("way").textContent = way.filter(Boolean).join(" · ");
    $("left").textContent = left ? t("left", { n: left }) : "";
    const asked = decodeURIComponent(location.hash.slice(1));
    const named = stops.findIndex(({ doors }) => doors.some(({ code }) => code === asked));
    this.go(named >= 0 ? named : this.firstLeft());
  }

  /** Doors whose visit still waits on this phone are done here, too. */
  recall() {
    for (const { number, fields, refusal } of this.entries) if (!refusal) this.done.set(number, fields.outcome);
  }

  isDone = (door) => this.done.has(door.code);

  firstLeft(from = 0) {
    const order = [...this.stops.keys()].map((n) => (n + from) % this.stops.length);
    return order.find((at) => !this.stops[at].doors.every(this.isDone)) ?? 0;
  }

  go(at) {
    if (at < 0 || at >= Math.max(1, this.stops.length)) return;
    this.now = at;
    this.showList();
  }

  showList() {
    this.form.close();
    $("list").hidden = false;
    const stop = this.stops[this.now];
    const doors = this.stops.flatMap((one) => one.doors);
    const finished = doors.filter(this.isDone).length;
    $("progress").textContent = doors.length ? t("progress", { done: finished, all: doors.length }) : "";
    $("meter").style.width = `${doors.length ? (100 * finished) / doors.length : 0}%`;
    $("before").disabled = this.now === 0;
    $("next").disabled = this.now >= this.stops.length - 1;
    $("steps").hidden = !stop;
    $("none").hidden = Boolean(stop);
    $("finished").hidden = !doors.length || finished < doors.length;
    $("stop").hidden = !stop;
    if (!stop) return;
    $("stop-title").textContent = stop.title;
    $("stop-line").textContent = [t("stop_of", { n: this.now + 1, all: this.stops.length }), this.legWords(stop)].filter(Boolean).join(" · ");
    $("doors").replaceChildren(...stop.doors.map((door) => this.doorCard(door)));
    this.map.mark(this.now, this.isDone);
  }

  legWords({ leg }) {
    return leg && t(leg.by_road ? "leg_road" : "leg_straight", { n: distanceText(leg.metres) });
  }

  stateWords({ late }) {
    if (late === null) return t("no_rule");
    if (late > 0) return t("late", { n: late });
    return late === 0 ? t("due_today") : t("due_in", { n: -late });
  }

  doorCard(door) {
    const outcome = this.done.get(door.code);
    const facts = [door.last ? t("last", { day: door.last }) : t("never"), door.tries ? t("tries", { n: door.tries }) : ""];
    return el(
      "li",
      { class: `round-door${outcome ? " round-door-done" : ""}`, "data-code": door.code },
      el("p", { class: "round-door-head" }, el("b", {}, door.label), el("span", { class: "badge badge-blue" }, door.kind.label), el("span", { class: outcome ? "badge badge-green" : BADGE[door.state] }, outcome ? t(`done_${outcome}`) : this.stateWords(door))),
      el("p", { class: "muted" }, [door.name, ...facts].filter(Boolean).join(" · "), door.phone && el("a", { class: "button button-call", href: `tel:${door.phone}` }, icon("phone"), t("call"))),
      door.note && el("p", { class: "round-note" }, door.note),
      !outcome &&
        el(
          "p",
          { class: "round-buttons" },
          el("button", { class: "button", type: "button", onclick: () => this.save(door, "not_home") }, t("not_home")),
          el("button", { class: "button button-red", type: "button", onclick: () => this.openForm(door) }, icon("check"), t("visited")),
        ),
    );
  }

  openForm(door) {
    this.door = door;
    this.key = newKey(); // the same visit, however often it is tried
    $("list").hidden = true;
    $("steps").hidden = true;
    this.form.open(door, `${this.stops[this.now].title} ${door.label}`, this.topics);
  }

  async save(door, outcome, fields = {}) {
    const title = `${this.stops[this.now].title} ${door.label}`;
    const key = outcome === "visited" ? this.key : newKey();
    const body = { household: door.code, at: new Date().toISOString(), outcome, ...fields };
    $("visit-save").disabled = true;
    const { answer, problem } = await this.visits.add({ key, number: door.code, fields: body, words: title });
    $("visit-save").disabled = false;
    if (problem) {
      if (outcome === "visited") this.form.complain([problem.message, problem.hint].filter(Boolean).join(" "));
      else toastProblem(problem);
      return;
    }
    this.done.set(door.code, outcome);
    toast(this.savedWords(answer), "good");
    const stop = this.stops[this.now];
    this.go(stop.doors.every(this.isDone) ? this.firstLeft(this.now) : this.now);
  }

  savedWords(answer) {
    if (!answer) return t("visit_kept");
    return answer.reports.length ? t("visit_raised", { numbers: answer.reports.join("、") }) : t("visit_saved");
  }

  arrived({ words }, answer) {
    toast(`${words}：${this.savedWords(answer)}`, "good", 8);
  }

  /** Where she stands is not sent anywhere: the nearest building that is left is chosen here. */
  async nearest() {
    $("locate-me").classList.add("busy");
    try {
      const spot = await whereAmI();
      this.map.here(spot);
      const far = ({ lon, lat }) => Math.hypot((lon - spot.lon) * Math.cos((lat * Math.PI) / 180), lat - spot.lat);
      const left = [...this.stops.keys()].filter((at) => !this.stops[at].doors.every(this.isDone));
      left.sort((one, other) => far(this.stops[one]) - far(this.stops[other]));
      if (left.length) this.go(left[0]);
    } catch (problem) {
      toastProblem(problem);
    } finally {
      $("locate-me").classList.remove("busy");
    }
  }

  waiting(entries) {
    this.entries = entries;
    this.recall();
    const refused = entries.filter(({ refusal }) => refusal);
    const waits = entries.length - refused.length;
    const lines = refused.map((entry) =>
      el("li", {}, el("b", {}, entry.words), " ", t("kept_refused", entry.refusal), el("button", { class: "button", type: "button", onclick: () => confirm(t("kept_sure")) && this.visits.take(entry.key) }, t("kept_drop"))),
    );
    $("kept").hidden = !entries.length;
    $("kept").replaceChildren(
      waits > 0 && el("p", {}, t("visits_wait", { n: waits }), " ", el("button", { class: "button", type: "button", onclick: () => this.visits.soon() }, t("kept_now"))) || "",
      el("ul", {}, lines),
      this.visits.lasting ? "" : el("p", { class: "fault" }, t("steps_loose")),
    );
  }
}

new Walk().start();
