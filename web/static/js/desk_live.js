/**
 * The list stays fresh: htmx reads it anew every so often and morphs what has changed, so that focus
 * and scroll stay where they are. What is chosen is kept by hand, for it is nowhere in the markup.
 */

import { toast } from "./api.js";
import { t } from "./strings.js";

const EVERY_MS = 25_000;
const $ = (id) => document.getElementById(id);

export class LiveList {
  /** `refreshed()`: the list was read anew. `changed(number)`: the report in the pane has moved on. */
  constructor({ refreshed, changed }) {
    Object.assign(this, { refreshed, changed, kept: () => {}, over: false });
    this.newest = this.newestListed();
    this.news = new Set();
    setInterval(() => this.tick(), EVERY_MS);
    document.addEventListener("visibilitychange", () => document.hidden || this.tick());
    document.addEventListener("htmx:after:request", (event) => this.answered(event));
    document.addEventListener("htmx:before:swap", () => this.remember());
    document.addEventListener("htmx:after:swap", () => this.swapped());
    $("desk-news").addEventListener("click", () => this.toNews());
  }

  /** Read the list now, unless nobody looks at it. */
  tick() {
    if (!document.hidden && !this.over) $("desk-live").dispatchEvent(new Event("tick"));
  }

  /** A refusal must not stand where the list was. */
  answered(event) {
    const response = event.detail?.ctx?.response?.raw;
    if (!response || (response.ok && !response.redirected)) return;
    event.preventDefault();
    if (!response.redirected && response.status !== 401) return; // the next round may fare better
    this.over = true;
    toast(t("session_over"), "bad", 20);
  }

  boxes() {
    return [...document.querySelectorAll(".desk-pick input")];
  }

  remember() {
    this.chosen = new Set(this.boxes().filter((box) => box.checked).map((box) => box.value.split(".")[0]));
  }

  swapped() {
    for (const box of this.boxes()) box.checked = this.chosen?.has(box.value.split(".")[0]) ?? false;
    this.kept();
    this.tellNews();
    this.compare();
    this.refreshed();
  }

  newestListed() {
    return Math.max(0, ...[...document.querySelectorAll(".desk-card")].map((card) => Number(card.dataset.id)));
  }

  tellNews() {
    for (const card of document.querySelectorAll(".desk-card")) {
      if (Number(card.dataset.id) > this.newest) this.news.add(card.dataset.number);
      card.classList.toggle("fresh", this.news.has(card.dataset.number));
    }
    $("desk-news").hidden = !this.news.size;
    $("desk-news").textContent = t("new_reports", { n: this.news.size });
  }

  toNews() {
    const card = document.querySelector(".desk-card.fresh");
    this.newest = Math.max(this.newest, this.newestListed());
    this.news.clear();
    $("desk-news").hidden = true;
    card?.scrollIntoView({ block: "center" });
    card?.querySelector("a").focus({ preventScroll: true });
  }

  /** Somebody moved the report that is being looked at. */
  compare() {
    const { number, version } = $("desk-detail").dataset;
    const card = number && $(`card-${number}`);
    if (card && Number(card.dataset.version) > Number(version)) this.changed(number);
  }
}
