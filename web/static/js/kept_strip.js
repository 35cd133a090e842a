/**
 * The strip that says how many steps still wait on this device, and lists them: what was refused can be
 * opened, done again or deleted. Nothing disappears without a word. Door visits have the same, see
 * kept_visits.js.
 */

import { toast } from "./api.js";
import { el, icon } from "./dom.js";
import { t } from "./kept_words.js";
import { sharedSteps } from "./outbox.js";

/** Steps of reports: where one can be made again is its form, with everything that was written. */
const STEPS = {
  some: "steps_some",
  refused: "steps_refused",
  arrived: "steps_arrived",
  after: "/desk",
  title: ({ words, fields }) => words || fields.action,
  beside: ({ number }) => number,
  lines: ({ fields, photos }) => [fields.note, photos.length ? `📷 ${photos.length}` : ""],
  formOf: ({ key, number, fields }) => {
    const report = `/desk/${encodeURIComponent(number)}`;
    return fields.action === "accepted" ? report : `${report}/steps/${fields.action}#kept=${key}`;
  },
};

function others(entries, who) {
  const names = new Map();
  for (const { person, name } of entries) {
    if (person === null || !who || person === who.person) continue;
    names.set(name, (names.get(name) ?? 0) + 1);
  }
  return [...names].map(([name, n]) => el("p", { class: "hint" }, t("steps_others", { n, name })));
}

function drop(sender, key) {
  if (confirm(t("kept_sure"))) sender.take(key);
}

function line(entry, sender, kind) {
  const { key, refusal } = entry;
  const note = kind.lines(entry).filter(Boolean).join(" ");
  return el(
    "li",
    { class: "kept-step" },
    el("p", {}, el("b", {}, kind.title(entry)), " ", el("span", { class: "muted" }, kind.beside(entry))),
    note && el("p", { class: "kept-note" }, note),
    refusal && el("p", { class: "fault" }, t("kept_refused", refusal), " ", refusal.hint ?? ""),
    el(
      "p",
      { class: "actions" },
      refusal && el("a", { class: "button", href: kind.formOf(entry) }, t("steps_open")),
      el("button", { class: "button", type: "button", onclick: () => drop(sender, key) }, t("kept_drop")),
    ),
  );
}

function counts(waiting, refused, kind) {
  return [
    waiting > 0 && el("b", {}, t(kind.some, { n: waiting })),
    refused > 0 && el("b", { class: "fault" }, t(kind.refused, { n: refused })),
    icon("right"),
  ];
}

/** Why they wait, and what can be done about it. */
function reasons(waiting, sender, kind) {
  return [
    waiting > 0 && el("p", { class: "hint" }, t(sender.lasting ? "steps_why" : "steps_loose")),
    sender.who === null && el("p", {}, t("steps_sign_in"), " ", el("a", { href: `/sign-in?next=${kind.after}` }, t("sign_in"))),
  ];
}

/**
 * What `changed` and `delivered` of a sender do to the strip in `holder`; `told` hears as well. `kind` has the
 * keys of its words and how an entry is shown, see STEPS.
 */
export function strip(holder, kind, { changed, delivered } = {}) {
  const show = (entries, sender) => {
    const waiting = entries.filter(({ refusal }) => !refusal).length;
    const refused = entries.length - waiting;
    const open = Boolean(holder.querySelector("details")?.open || refused);
    const list = el("ul", { class: "rows" }, entries.map((entry) => line(entry, sender, kind)));
    const now = el("button", { class: "button", type: "button", onclick: () => sender.soon() }, t("kept_now"));
    holder.replaceChildren(
      ...others(entries, sender.who),
      el("details", { open }, el("summary", {}, counts(waiting, refused, kind)), reasons(waiting, sender, kind), list, waiting > 0 && el("p", { class: "actions" }, now)),
    );
    holder.hidden = !entries.length;
    changed?.(entries);
  };
  const arrived = (entry, answer) => {
    toast(t(kind.arrived, entry), "good", 8);
    delivered?.(entry, answer);
  };
  return { changed: show, delivered: arrived };
}

/** Show the steps that wait in `holder`; it hides itself when nothing does. `told` hears of them as well. */
export function showKeptSteps(holder, told) {
  return sharedSteps(strip(holder, STEPS, told));
}
