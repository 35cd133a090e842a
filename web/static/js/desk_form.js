/**
 * What a script adds to the form of a move: search among people, photos, where one stands, the next
 * holder of what is chosen.
 */

import { getJSON, toastProblem } from "./api.js";
import { EvidenceRow } from "./desk_photos.js";
import { whereAmI } from "./gps.js";
import { t } from "./strings.js";

const MANY = 8; // more people than this are searched
const rows = new WeakMap();

/** The photos that were taken into a form; undefined where it takes none. */
export function photosOf(form) {
  return form ? rows.get(form) : undefined;
}

/** Equip a form. */
export function enhanceForm(form) {
  for (const people of form.querySelectorAll(".desk-people")) searchable(people);
  const evidence = form.querySelector("[data-photos]");
  if (evidence) rows.set(form, new EvidenceRow(evidence, { failed: toastProblem }));
  const spot = form.querySelector("[data-spot]");
  if (spot) spot.addEventListener("change", () => locate(form, spot));
  const foresee = form.querySelector("[data-foresee]");
  if (foresee) foresee.addEventListener("change", () => tellNext(form, { [foresee.name]: foresee.value }));
  for (const button of form.querySelectorAll("[data-main]")) {
    button.addEventListener("click", () => {
      form.elements.main.value = button.dataset.main;
      form.elements.main.focus();
    });
  }
}

function searchable(people) {
  const box = people.querySelector("[data-search]");
  const choices = [...people.querySelectorAll("label.desk-choice")];
  if (!box || choices.length <= MANY) return;
  box.hidden = false;
  const field = box.querySelector("input");
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase();
    for (const choice of choices) choice.hidden = !choice.textContent.toLowerCase().includes(words) && !choice.querySelector("input").checked;
    for (const head of people.querySelectorAll("h4")) head.hidden = !followers(head).some((choice) => !choice.hidden);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter takes the first that fits, and never sends the form
    choices.find((choice) => !choice.hidden)?.querySelector("input").click();
  });
}

function followers(head) {
  const found = [];
  for (let next = head.nextElementSibling; next && next.tagName !== "H4"; next = next.nextElementSibling) found.push(next);
  return found;
}

async function locate(form, box) {
  const words = form.querySelector("[data-spot-words]");
  const { spot_lon: lon, spot_lat: lat } = form.elements;
  lon.value = lat.value = words.textContent = "";
  if (!box.checked) return;
  try {
    const here = await whereAmI();
    if (!box.checked) return;
    lon.value = here.lon.toFixed(7);
    lat.value = here.lat.toFixed(7);
    words.textContent = t("spot_taken", { n: Math.round(here.accuracy) });
  } catch (problem) {
    box.checked = false;
    toastProblem(problem);
  }
}

/** Say who would get the report by what is chosen now, before it is sent. */
export async function tellNext(form, chosen) {
  const line = form.querySelector("[data-foreseen]");
  const { number, action } = form.dataset;
  const turn = (line.turn = Symbol("next"));
  line.textContent = "";
  if (Object.values(chosen).some((value) => value === "" || value === null)) return;
  try {
    const { text } = await getJSON(`/desk/${number}/next`, { action, ...chosen });
    if (line.turn === turn) line.textContent = text;
  } catch (problem) {
    toastProblem(problem);
  }
}
