/**
 * The gazetteer's page: what the resolver makes of a sentence, and why; a field that finds the place a name is for.
 */

import { getJSON, post } from "./api.js";
import { el, icon } from "./dom.js";
import { t } from "./strings.js";

const PAUSE_MS = 200;
const $ = (id) => document.getElementById(id);
/** Kinds of the search to kinds of the gazetteer; a road is known by its name. */
const KINDS = { community: "community", compound: "compound", building: "building", road: "road", place: "poi" };

class Trying {
  constructor(form) {
    this.field = $("try");
    this.answer = $("try-answer");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.ask();
      }
    });
  }

  async ask() {
    const text = this.field.value.trim();
    if (!text) return;
    try {
      this.show(await post("/api/v1/locate", { text }));
    } catch (problem) {
      this.answer.replaceChildren(el("p", { class: "fault" }, problem.message ?? t("offline")));
    }
    this.answer.hidden = false;
  }

  show({ status, understood, choices, faults, unit, floor, room }) {
    const colour = { accepted: "green", ask: "amber", none: "red" }[status];
    const lines = [el("p", {}, el("span", { class: `badge badge-${colour}` }, t(`try_${status}`)), " ", understood ? el("b", {}, understood.title) : "")];
    const say = (name, words) => words && lines.push(el("p", {}, el("span", { class: "muted" }, `${t(name)}：`), words));
    if (understood) say("try_place", `${understood.label} · ${t("try_score", { n: understood.score })}`);
    say("try_why", faults.map(({ label }) => label).join("、") || (status === "accepted" ? t("try_exact") : ""));
    say("try_details", [unit && t("try_unit", { n: unit }), floor && t("try_floor", { n: floor }), room && t("try_room", { n: room })].filter(Boolean).join(" "));
    if (!understood && choices.length) {
      say("try_choices", " ");
      lines.push(el("ul", {}, ...choices.map((one) => el("li", {}, el("b", {}, one.title), " ", el("small", { class: "muted" }, `${one.label} · ${t("try_score", { n: one.score })}`)))));
    }
    this.answer.replaceChildren(...lines);
  }
}

class Picking {
  /** Suggests places below the field `code`; a choice fills kind and code. */
  constructor(holder) {
    this.input = $("code");
    this.kind = $("entity");
    this.list = el("ul", { class: "registers-list", role: "listbox", id: "code-list", hidden: true });
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-expanded", "false");
    this.input.setAttribute("aria-controls", "code-list");
    this.named = el("output", { class: "registers-named", for: "code" });
    holder.querySelector(".field").append(this.list, this.named);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), PAUSE_MS));
    this.input.addEventListener("keydown", (event) => this.pressed(event));
  }

  typed() {
    this.named.textContent = "";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    const q = this.input.value.trim();
    if (!q || this.kind.value === "point") return this.close();
    const { items } = await getJSON("/api/v1/search", { q, limit: 12 }).catch(() => ({ items: [] }));
    if (this.input.value.trim() !== q || document.activeElement !== this.input) return;
    const allowed = new Set([...this.kind.options].map(({ value }) => value));
    this.found = items.filter(({ kind }) => allowed.has(KINDS[kind]));
    this.at = -1;
    const lines = this.found.map((one) =>
      el("li", { role: "option", "aria-selected": "false", onmousedown: (event) => this.choose(event, one) },
        el("b", {}, one.title), el("small", {}, [t(`kind_${one.kind}`), one.subtitle].filter(Boolean).join(" · "))));
    this.list.replaceChildren(...(lines.length ? lines : [el("li", {}, el("small", {}, t("pick_none")))]));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  pressed(event) {
    if (event.key === "Escape") this.close();
    if (this.list.hidden || !this.found?.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.at = (this.at + step + this.found.length) % this.found.length;
      [...this.list.children].forEach((line, i) => line.setAttribute("aria-selected", String(i === this.at)));
    } else if (event.key === "Enter" && this.at >= 0) this.choose(event, this.found[this.at]);
  }

  choose(event, one) {
    event.preventDefault();
    this.kind.value = KINDS[one.kind];
    this.input.value = one.kind === "road" ? one.title : one.code;
    this.named.textContent = one.title;
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}

if ($("try-form")) new Trying($("try-form"));
if ($("pick")) new Picking($("pick"));
document.body.dataset.ready = "names";
