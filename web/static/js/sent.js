/**
 * What stands in the form's place after sending: the number and who has it now, or that it is kept on
 * this phone; and the notice of what still waits there.
 */

import { el, icon } from "./dom.js";
import { trackAddress } from "./mine.js";
import { t } from "./kept_words.js";

function whoHasIt({ holder, rung, grid }) {
  if (grid.status === "none") return t("sent_outside");
  return holder ? t("sent_holder", holder) : t("sent_rung", { rung: rung.label });
}

/** The server has it. `more()` starts another report. */
export function sentCard(answer, { phone }, more) {
  const { number, track_key: key } = answer;
  return [
    el("span", { class: "done-mark" }, icon("check")),
    el("div", {}, el("h2", { tabindex: "-1" }, t("sent_title")), el("p", { class: "done-number", id: "done-number" }, number)),
    el("p", {}, whoHasIt(answer)),
    el("p", { class: "muted" }, t(phone ? "sent_tail" : "sent_key")),
    el(
      "p",
      { class: "actions" },
      el("a", { class: "button button-red button-wide", href: trackAddress({ number, key }) }, t("sent_track")),
      el("button", { class: "button", type: "button", onclick: more }, t("sent_more")),
    ),
  ];
}

/** No way through: it waits on this phone. */
export function keptCard(lasting, more) {
  return [
    el("span", { class: "done-mark waits" }, icon("phone")),
    el("h2", { tabindex: "-1" }, t("kept_title")),
    el("p", {}, t(lasting ? "kept_words" : "kept_loose")),
    el("p", { class: "actions" }, el("button", { class: "button button-wide", type: "button", onclick: more }, t("sent_more"))),
  ];
}

function refusedRow(entry, actions) {
  return el(
    "li",
    {},
    el("p", {}, el("b", {}, entry.report.description.slice(0, 40))),
    el("p", { class: "fault" }, t("kept_refused", entry.refusal)),
    entry.refusal.hint && el("p", { class: "hint" }, entry.refusal.hint),
    el(
      "p",
      { class: "actions" },
      actions.edit && el("button", { class: "button", type: "button", onclick: () => actions.edit(entry) }, t("kept_edit")),
      el("button", { class: "button", type: "button", onclick: () => confirm(t("kept_sure")) && actions.drop(entry) }, t("kept_drop")),
    ),
  );
}

/** What waits in the outbox, as nodes; none when it is empty. `actions`: `now()`, `edit(entry)`, `drop(entry)`. */
export function outboxNotice(entries, actions) {
  const waiting = entries.filter(({ refusal }) => !refusal);
  const refused = entries.filter(({ refusal }) => refusal);
  const nodes = [];
  if (waiting.length) {
    nodes.push(el("p", {}, t("kept_some", { n: waiting.length })));
    nodes.push(el("p", { class: "actions" }, el("button", { class: "button", type: "button", onclick: actions.now }, t("kept_now"))));
  }
  if (refused.length) nodes.push(el("ul", { class: "rows" }, refused.map((entry) => refusedRow(entry, actions))));
  return nodes;
}
