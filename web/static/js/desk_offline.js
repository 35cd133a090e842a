/**
 * The desk without a network: a move that does not get through is kept on this device and sent later (see
 * steps.js); what was refused comes back into its form; the own list is kept for reading in a stairwell.
 */

import { toastProblem } from "./api.js";
import { photosOf } from "./desk_form.js";
import { el } from "./dom.js";
import { registerWorker } from "./installed.js";
import { showKeptSteps } from "./kept_strip.js";
import { t } from "./kept_words.js";
import { keepQueue } from "./last_queue.js";
import { fieldsOf, refill } from "./step_form.js";

const MOVE = /^\/desk\/([\d-]+)\/steps\/(\w+)$/;
const $ = (id) => document.getElementById(id);

const strip = el("div", { class: "kept", id: "kept", role: "status", hidden: true });
document.getElementById("main").before(strip);
const steps = showKeptSteps(strip, { changed: tellTruth });

/** A note that a step waits goes when the step does, or when it was refused. */
function tellTruth(entries) {
  for (const note of document.querySelectorAll("[data-step-kept]")) {
    if (!entries.some(({ key, refusal }) => key === note.dataset.stepKept && !refusal)) note.remove();
  }
}

/** The move that a form makes: {number, action}; null for other forms. */
function moveOf(form) {
  const found = MOVE.exec(new URL(form.action, location.href).pathname);
  return found && { number: found[1], action: found[2] };
}

/** Forms of one button do not say what they are: whoever sends them asks the form. */
function name(form) {
  const move = form.method === "post" && moveOf(form);
  if (move) Object.assign(form.dataset, move);
}

/** It did not get through: keep it, and let nobody send the same form twice. */
async function keep({ number, action, form, photos }) {
  const words = form.querySelector("footer button, button:not([type=button])").textContent.trim();
  const key = form.elements.key?.value;
  form.inert = true;
  const { key: kept, answer, problem } = await steps.add({ key, number, fields: fieldsOf(form, action), photos, words });
  form.inert = false;
  if (problem) {
    toastProblem(problem); // the network is back and the server says no: the words still stand here
    return;
  }
  const said = answer ? t("steps_arrived", { number, words }) : t("steps_kept");
  form.replaceWith(el("p", { class: "notice notice-amber desk-notice", role: "status", "data-step-kept": answer ? null : kept }, said));
  if (form.dataset.kept) await steps.take(form.dataset.kept);
}

/** Bring back what was refused: `#kept=<key>` in the address of its form. */
async function bringBack() {
  const key = /^#kept=(\w+)$/.exec(location.hash)?.[1];
  const entry = key && (await steps.shelf.all()).find((one) => one.key === key);
  if (!entry) return;
  const form = $("desk-form");
  const message = entry.refusal?.message ?? "";
  if (form?.dataset.action !== entry.fields.action) {
    const gone = t("steps_gone", { words: entry.words, note: entry.fields.note ?? "" });
    $("desk-detail").prepend(el("p", { class: "notice notice-amber", role: "alert" }, gone));
    return;
  }
  refill(form, entry.fields);
  photosOf(form)?.take({ photos: entry.photos });
  form.dataset.kept = key;
  form.querySelector(".sheet-body").prepend(el("p", { class: "notice notice-amber", role: "alert" }, t("steps_again", { message })));
  watch(form, key);
}

/** Once its form is gone, done or kept anew, the old entry has served; a form that stays keeps it. */
function watch(form, key) {
  const observer = new MutationObserver(() => {
    if (form.isConnected) return;
    const next = $("desk-form");
    if (next?.dataset.action === form.dataset.action) {
      form = next; // refused once more: it stands there anew
      return;
    }
    observer.disconnect();
    if (form.dataset.sent) steps.take(key);
  });
  observer.observe($("main"), { childList: true, subtree: true });
}

function rowOf(card) {
  const [category, place] = [...card.querySelectorAll(".desk-words small:not(.desk-stage) > span")].map((part) => part.textContent.replace(/ · $/, ""));
  const badge = card.querySelector(".desk-badges .badge");
  return { number: card.dataset.number, line: [category, place].filter(Boolean).join(" · "), stage: badge?.textContent ?? "", badge: badge?.className ?? "badge" };
}

let leaving = false;

/** Her own list, as it stands now; never after she has begun to sign out. */
function saveQueue() {
  if (leaving) return;
  const rows = [...document.querySelectorAll(".desk-card.mine")].map(rowOf);
  keepQueue(rows).catch(() => {}); // a browser that keeps nothing
}

/** The page has its forms equipped when it says that it is ready. */
function whenReady(then) {
  if (document.body.dataset.ready) {
    then();
    return;
  }
  const observer = new MutationObserver(() => {
    if (!document.body.dataset.ready) return;
    observer.disconnect();
    then();
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["data-ready"] });
}

document.addEventListener(
  "submit",
  ({ target }) => {
    name(target);
    if (new URL(target.action, location.href).pathname === "/sign-out") leaving = true;
    if (target.dataset.kept) target.dataset.sent = "yes";
  },
  true,
);
document.addEventListener("desk:unsent", (event) => {
  event.preventDefault(); // taken
  keep(event.detail);
});
addEventListener("hashchange", () => location.hash.startsWith("#kept=") && location.reload()); // the same form, with other words

steps.meet().then(() => steps.flush());
whenReady(() => {
  bringBack();
  saveQueue();
});
document.addEventListener("htmx:after:swap", saveQueue);
registerWorker();
