/**
 * The strip that says how many steps still wait on this device, and lists them: what was refused can be
 * opened, done again or deleted. Nothing disappears without a word.
 */

import { toast } from "./api.js";
import { el, icon } from "./dom.js";
import { t } from "./kept_words.js";
import { sharedSteps } from "./outbox.js";

function others(entries, who) {
  const names = new Map();
  for (const { person, name } of entries) {
    if (person === null || !who || person === who.person) continue;
    names.set(name, (names.get(name) ?? 0) + 1);
  }
  return [...names].map(([name, n]) => el("p", { class: "hint" }, t("steps_others", { n, name })));
}

function drop(steps, key) {
  if (confirm(t("kept_sure"))) steps.take(key);
}

/** Where a step can be made again: its form, with everything that was written. */
function formOf({ key, number, fields }) {
  const report = `/desk/${encodeURIComponent(number)}`;
  return fields.action === "accepted" ? report : `${report}/steps/${fields.action}#kept=${key}`;
}

function line(entry, steps) {
  const { key, number, words, fields, refusal, photos } = entry;
  const note = [fields.note, photos.length ? `📷 ${photos.length}` : ""].filter(Boolean).join(" ");
  return el(
    "li",
    { class: "kept-step" },
    el("p", {}, el("b", {}, words || fields.action), " ", el("span", { class: "muted" }, number)),
    note && el("p", { class: "kept-note" }, note),
    refusal && el("p", { class: "fault" }, t("kept_refused", refusal), " ", refusal.hint ?? ""),
    el(
      "p",
      { class: "actions" },
      refusal && el("a", { class: "button", href: formOf(entry) }, t("steps_open")),
      el("button", { class: "button", type: "button", onclick: () => drop(steps, key) }, t("kept_drop")),
    ),
  );
}

function counts(waiting, refused) {
  return [
    waiting > 0 && el("b", {}, t("steps_some", { n: waiting })),
    refused > 0 && el("b", { class: "fault" }, t("steps_refused", { n: refused })),
    icon("right"),
  ];
}

/** Why they wait, and what can be done about it. */
function reasons(waiting, steps) {
  return [
    waiting > 0 && el("p", { class: "hint" }, t(steps.lasting ? "steps_why" : "steps_loose")),
    steps.who === null && el("p", {}, t("steps_sign_in"), " ", el("a", { href: "/sign-in?next=/desk" }, t("sign_in"))),
  ];
}

/** Show the strip in `holder`; it hides itself when nothing waits. `changed(entries)` hears as well. */
export function showKeptSteps(holder, { changed, delivered } = {}) {
  const show = (entries, steps) => {
    const waiting = entries.filter(({ refusal }) => !refusal).length;
    const refused = entries.length - waiting;
    const open = Boolean(holder.querySelector("details")?.open || refused);
    const list = el("ul", { class: "rows" }, entries.map((entry) => line(entry, steps)));
    const now = el("button", { class: "button", type: "button", onclick: () => steps.soon() }, t("kept_now"));
    holder.replaceChildren(
      ...others(entries, steps.who),
      el("details", { open }, el("summary", {}, counts(waiting, refused)), reasons(waiting, steps), list, waiting > 0 && el("p", { class: "actions" }, now)),
    );
    holder.hidden = !entries.length;
    changed?.(entries);
  };
  const arrived = (entry, answer) => {
    toast(t("steps_arrived", entry), "good", 8);
    delivered?.(entry, answer);
  };
  return sharedSteps({ changed: show, delivered: arrived });
}
