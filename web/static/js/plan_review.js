/**
 * The plan on its way into force: send for review, approve, publish from a day, withdraw; what it
 * leaves to be decided; what has happened so far.
 */

import { getJSON, post, toast, toastProblem } from "./api.js";
import { el } from "./dom.js";
import { ask } from "./plan_dialog.js";
import { momentText } from "./plan_words.js";
import { newKey } from "./shelf.js";
import { numberText, t } from "./strings.js";

const ORDER = ["submit", "approve", "adopt", "return", "recall", "withdraw", "drop"];
const FIRST = ["submit", "approve", "adopt"];
const NEEDS_WORDS = new Set(["return"]);
const $ = (id) => document.getElementById(id);

export class ReviewPane {
  /**
   * @param {PlanModel} model
   * @param {object} parts `api`, `today`; `settled()`: resolves when every step is saved; `changed(state)`: the
   *   server's newest state; `importing()`: opens the file dialog
   */
  constructor(model, parts) {
    Object.assign(this, { model, ...parts });
    $("submit").addEventListener("click", () => this.act($("submit").dataset.action));
  }

  show() {
    const { may, events, state } = this.model.state;
    const acts = ORDER.filter((action) => may.includes(action));
    const first = acts.find((action) => FIRST.includes(action));
    $("submit").hidden = !first;
    if (first) {
      $("submit").textContent = t(first);
      $("submit").dataset.action = first;
    }
    const act = (action) => this.button(t(action), () => this.act(action), action === first);
    const sheet = el("a", { class: "button", href: `/plans/${this.model.state.id}/sheet`, target: "_blank", rel: "noopener" }, t("impact"));
    const others = [may.includes("share") && this.button(t("share"), () => this.share()), may.includes("edit") && this.button(t("import_title"), () => this.importing())];
    const [safe, last] = [acts.filter((action) => action !== "drop"), acts.filter((action) => action === "drop")];
    $("review-do").replaceChildren(...[...safe.map(act), sheet, ...others, ...last.map(act)].filter(Boolean));
    $("events").replaceChildren(...events.map((event, i) => this.event(event, i === events.length - 1)));
    if (state.key === "adopted") this.showTasks();
    else $("tasks").replaceChildren();
  }

  button(words, does, red = false) {
    return el("button", { class: `button${red ? " button-red" : ""}`, type: "button", onclick: does }, words);
  }

  event({ at, label, person, note }, last) {
    return el("li", { class: last ? "now" : "done" }, el("b", {}, label), el("small", {}, [momentText(at), person].filter(Boolean).join(" · ")), note && el("span", { class: "muted" }, note));
  }

  post(path, body = {}) {
    return post(`${this.api}/${path}`, body, { headers: { "Idempotency-Key": newKey() } });
  }

  async act(action) {
    await this.settled();
    try {
      const state = action === "adopt" ? await this.publish() : await this.step(action);
      if (!state) return;
      this.changed(state);
      toast(t(`done_${action}`), "good");
    } catch (problem) {
      toastProblem(problem);
    }
  }

  async step(action) {
    const needed = NEEDS_WORDS.has(action);
    const fields = [{ name: "note", label: needed ? t("words_to") : t("words_optional"), type: "textarea", maxlength: 500, required: needed }];
    const answer = await ask({ title: t(action), lead: t(`${action}_hint`), fields, confirm: t(action), danger: true });
    if (!answer) return null;
    if (action === "withdraw") return this.post("withdraw", { note: answer.note });
    return this.post("review", { action, note: answer.note, base: this.model.state.version });
  }

  async publish() {
    const impact = await getJSON(`${this.api}/impact`);
    const fields = [
      { name: "day", label: t("adopt_day"), type: "date", value: this.today, min: this.today, required: true },
      { name: "sure", label: t("adopt_sure"), type: "check", required: true },
    ];
    const body = [el("p", { class: "plan-lead" }, t("adopt_what")), el("ul", { class: "plan-what" }, this.whatHappens(impact).map((line) => el("li", {}, line)))];
    const answer = await ask({ title: `${t("adopt")} · ${this.model.state.name}`, body, fields, confirm: t("adopt_confirm"), danger: true });
    return answer ? this.post("adopt", { day: answer.day, base: this.model.state.version }) : null;
  }

  whatHappens({ changed, grids, posts, branches, ...reports }) {
    const become = (...keys) => numberText(grids.filter(({ becomes }) => keys.includes(becomes.key)).length);
    return [
      t("adopt_grids", { begin: become("begins"), end: become("ends"), redrawn: become("redrawn", "renumbered", "renamed") }),
      t("adopt_buildings", { n: numberText(changed.buildings), households: numberText(changed.households) }),
      t("adopt_posts", { n: numberText(posts.length) }),
      t("adopt_branches", { n: numberText(branches.length) }),
      t("adopt_reports", { n: numberText(reports.reports_total), hands: numberText(reports.hands_change) }),
    ];
  }

  async share() {
    try {
      const { url } = await this.post("share");
      const address = new URL(url, location.href).href;
      if (await copied(address)) toast(t("link_copied"), "good");
      else await ask({ title: t("share"), lead: t("link_is"), fields: [{ name: "url", label: t("share"), value: address, readonly: true }], confirm: t("understood"), only: true });
    } catch (problem) {
      toastProblem(problem);
    }
  }

  async showTasks() {
    try {
      const { tasks } = await getJSON(`${this.api}/tasks`);
      this.listTasks(tasks);
    } catch (problem) {
      toastProblem(problem);
    }
  }

  listTasks(tasks) {
    const lines = tasks.map((task) => el("li", { class: "row" }, el("span", { class: "row-text" }, el("b", {}, task.text), el("small", {}, task.label), task.superseded_by && el("small", {}, el("a", { href: `/plans/${task.superseded_by.plan}` }, task.superseded_by.text))), this.taskEnd(task)));
    const list = lines.length ? el("ul", { class: "rows" }, lines) : el("p", { class: "muted" }, t("tasks_none"));
    $("tasks").replaceChildren(el("h2", {}, t("tasks")), list);
  }

  taskEnd({ id, done, outcome }) {
    if (done) {
      const [tone, words] = { accepted: ["green", t("task_accepted")], superseded: ["", t("task_superseded")] }[outcome] ?? ["blue", t("task_declined")];
      return el("span", { class: tone ? `badge badge-${tone}` : "badge" }, words);
    }
    return el("span", { class: "plan-task" }, this.button(t("task_accept"), () => this.decide(id, true)), this.button(t("task_decline"), () => this.decide(id, false)));
  }

  async decide(id, accept) {
    try {
      const { tasks } = await this.post(`tasks/${id}`, { accept });
      this.listTasks(tasks);
    } catch (problem) {
      toastProblem(problem);
    }
  }
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // plain HTTP has no clipboard
  }
}
