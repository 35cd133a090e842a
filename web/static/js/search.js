/**
 * The search box: a combobox with a list below it (WAI-ARIA's listbox pattern). Arrow keys move,
 * Enter takes, Escape closes; a pause in typing asks the server.
 */

import { getJSON, toastProblem } from "./api.js";
import { el, icon } from "./dom.js";
import { t } from "./strings.js";

const PAUSE_MS = 160;
const ICONS = { community: "area", grid: "area", compound: "compound", building: "building", road: "road", centre: "flag", place: "pin" };

export class SearchBox {
  /**
   * @param {HTMLFormElement} form with an input[role=combobox] and a [role=listbox]
   * @param {object} options `dayOf()` gives the day to search on, `chosen(item)` takes the answer:
   *   {kind, code, title, subtitle, lon, lat, bbox}
   */
  constructor(form, { dayOf = () => null, chosen }) {
    Object.assign(this, { form, dayOf, chosen, items: [], active: -1, timer: 0, abort: null });
    this.input = form.querySelector("[role=combobox]");
    this.list = form.querySelector("[role=listbox]");
    this.clearButton = form.querySelector("[data-clear]");
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("focus", () => this.items.length && this.open());
    this.clearButton?.addEventListener("click", () => this.clear());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) this.close();
    });
    // a press in the list must not take the focus from the input: on phones the list would go first
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  typed() {
    clearTimeout(this.timer);
    this.abort?.abort();
    if (this.clearButton) this.clearButton.hidden = !this.input.value;
    if (this.input.value.trim()) {
      this.timer = setTimeout(() => this.ask(), PAUSE_MS);
    } else {
      this.show([]);
      this.close();
    }
  }

  async ask() {
    this.abort?.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const query = this.input.value.trim();
    try {
      const { items } = await getJSON("/api/v1/search", { q: query, day: this.dayOf(), limit: 8 }, { signal });
      if (!signal.aborted) this.show(items);
    } catch (problem) {
      if (!signal.aborted) toastProblem(problem);
    }
  }

  show(items) {
    this.items = items;
    this.list.replaceChildren(...items.map((item, i) => this.option(item, i)));
    if (!items.length) this.list.append(el("li", { class: "search-none", role: "presentation" }, t("search_none")));
    this.open();
    this.point(-1);
  }

  option({ kind, title, subtitle }, i) {
    const line = el(
      "li",
      { role: "option", id: `${this.list.id}-${i}`, "aria-selected": "false", onclick: () => this.take(i) },
      icon(ICONS[kind] ?? "pin"),
      el("span", { class: "search-text" }, el("b", {}, title), el("small", {}, subtitle ?? "")),
      el("span", { class: "badge" }, t(`kind_${kind}`)),
    );
    return line;
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.point(-1);
  }

  point(i) {
    this.active = i;
    const options = [...this.list.querySelectorAll("[role=option]")];
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === i)));
    if (options[i]) {
      this.input.setAttribute("aria-activedescendant", options[i].id);
      options[i].scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  pressed(event) {
    const count = this.items.length;
    if (event.key === "Escape") {
      if (this.list.hidden) this.clear();
      else this.close();
    } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.point(this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count);
    }
  }

  async submit() {
    clearTimeout(this.timer);
    if (this.active >= 0) {
      this.take(this.active);
      return;
    }
    if (!this.input.value.trim()) return;
    await this.ask();
    if (this.items.length) this.take(0);
  }

  take(i) {
    const item = this.items[i];
    this.input.value = item.title;
    if (this.clearButton) this.clearButton.hidden = false;
    this.close();
    this.input.blur();
    this.chosen(item);
  }

  clear() {
    this.input.value = "";
    this.items = [];
    this.typed();
    this.input.focus();
  }
}
