/**
 * Questions in the one dialog of the planner's table: a few fields and two buttons, or something to
 * be understood. Escape is 'no'.
 */

import { el } from "./dom.js";
import { t } from "./strings.js";

const dialog = document.getElementById("dialog");

/**
 * Ask. `fields`: {name, label, type ('text', 'textarea', 'select', 'date', 'check', 'file'), value, hint, options
 * [[value, words]], required, …attributes}. `body`: nodes above the fields. Resolves to the values, or null.
 */
export function ask({ title, lead, body = [], fields = [], confirm = t("save"), danger = false, only = false }) {
  return new Promise((resolve) => {
    const made = fields.map(fieldOf);
    const form = el(
      "form",
      { method: "dialog", class: "plan-form" },
      el("h2", { id: "dialog-title" }, title),
      lead && el("p", { class: "muted" }, lead),
      body,
      made.map(({ node }) => node),
      el(
        "p",
        { class: "actions" },
        el("button", { class: `button button-wide${danger || !only ? " button-red" : ""}`, type: "submit" }, confirm),
        !only && el("button", { class: "button button-wide", type: "button", onclick: () => dialog.close() }, t("cancel")),
      ),
    );
    let answer = null;
    form.addEventListener("submit", () => (answer = Object.fromEntries(made.map(({ name, value }) => [name, value()]))));
    dialog.onclose = () => resolve(answer);
    dialog.replaceChildren(form);
    dialog.showModal();
    form.querySelector("[autofocus], input, textarea, select")?.focus();
  });
}

/** Say something that must be understood. */
export function tell({ title, lead, body = [] }) {
  return ask({ title, lead, body, confirm: t("understood"), only: true });
}

function fieldOf({ name, label, type = "text", value = "", hint, options = [], ...attributes }) {
  const id = `ask-${name}`;
  const input = inputOf(type, { id, class: "input", "aria-describedby": hint ? `${id}-hint` : null, ...attributes }, options);
  if (type === "check") {
    return { name, value: () => input.checked, node: el("label", { class: "plan-radio" }, input, el("span", {}, label)) };
  }
  if (type !== "file") input.value = value;
  const node = el("div", { class: "field" }, el("label", { for: id }, label), input, hint && el("p", { class: "hint", id: `${id}-hint` }, hint));
  return { name, node, value: () => (type === "file" ? input.files[0] : input.value.trim()) };
}

function inputOf(type, attributes, options) {
  if (type === "textarea") return el("textarea", { rows: 3, ...attributes });
  if (type === "select") return el("select", attributes, options.map(([value, words]) => el("option", { value }, words)));
  if (type === "check") return el("input", { ...attributes, class: null, type: "checkbox" });
  return el("input", { autocomplete: "off", ...attributes, type });
}
