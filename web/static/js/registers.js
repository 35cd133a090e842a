/**
 * Forms of the registers: a field that takes a code suggests what it may mean, by name or code. In
 * the two fields of a person, a choice fills both; another name afterwards means somebody new.
 */
import { el } from "./dom.js";
import { t } from "./strings.js";

const PAUSE_MS = 200;

class Suggesting {
  constructor(field, register) {
    this.field = field;
    this.input = field.querySelector("input");
    this.column = field.dataset.suggest;
    this.byName = this.input.name === "person_name";
    this.register = register;
    this.list = el("ul", { class: "registers-list", role: "listbox", id: `${this.input.id}-list`, hidden: true });
    this.input.setAttribute("aria-controls", this.list.id);
    this.input.after(this.list);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), PAUSE_MS));
  }

  typed() {
    if (this.byName) other(this, "person", "");
    const named = this.field.querySelector(".registers-named");
    if (named) named.textContent = "";
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    const words = this.input.value.trim();
    if (!words) return this.close();
    const query = new URLSearchParams({ column: this.column, q: words.slice(0, 40) });
    const answer = await fetch(`/registers/${this.register}/suggest?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || this.input.value.trim() !== words || document.activeElement !== this.input) return;
    this.show(await answer.json());
  }

  show(found) {
    const items = found.map((one) =>
      el("li", { role: "option", "aria-selected": "false", onmousedown: (event) => this.choose(event, one) },
        el("b", {}, one.name), el("small", {}, [one.code, one.more].filter(Boolean).join(" · "))));
    if (!items.length) items.push(el("li", {}, el("small", {}, this.byName ? t("new_person") : t("no_match"))));
    this.found = found;
    this.at = -1;
    this.list.replaceChildren(...items);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  choose(event, one) {
    event.preventDefault();
    this.input.value = this.byName ? one.name : one.code;
    if (this.byName) other(this, "person", one.code);
    if (this.column === "person" && !this.byName) other(this, "person_name", one.name);
    const named = this.field.querySelector(".registers-named");
    if (named) named.textContent = one.name;
    this.close();
  }

  pressed(event) {
    const items = this.list.hidden ? [] : [...this.list.querySelectorAll("[role=option]")];
    if (event.key === "Escape") this.close();
    if (!items.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : items.length - 1 + (this.at < 0))) % items.length;
      items.forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at)));
      items[this.at].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && this.at >= 0) {
      this.choose(event, this.found[this.at]);
    }
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}

/** Set the other field of the person in the same form. */
function other(from, name, value) {
  const input = from.input.form.elements[name];
  if (!input) return;
  input.value = value;
  const named = input.closest(".registers-field").querySelector(".registers-named");
  if (named) named.textContent = value ? from.input.value : "";
}

for (const form of document.querySelectorAll("form[data-register]")) {
  for (const field of form.querySelectorAll("[data-suggest]")) new Suggesting(field, form.dataset.register);
}
