/**
 * What the report page says of the place under its pin: building, grid, who answers, how sure that
 * is, and what else it could be.
 */

import { el } from "./dom.js";
import { distanceText, numberText, shareText, t } from "./strings.js";

const BADGES = { accepted: "badge-green", ask: "badge-amber", none: "badge-amber", refused: "badge-red" };

/** Parts with dots between; each stays on one line. */
function dotted(...parts) {
  const given = parts.filter(Boolean);
  return given.map((part, i) => el("span", {}, i + 1 < given.length ? `${part}\u00a0·\u00a0` : part));
}

function statusOf({ grid, building }) {
  if (grid.status === "none") return "none";
  return grid.status === "ask" || building.status === "ask" ? "ask" : "accepted";
}

function titleOf({ grid, building, compound }) {
  if (grid.status === "none") return t("outside_all");
  if (building.status === "accepted") return building.title;
  return compound ? t("open_ground_in", { name: compound.name }) : t("open_ground");
}

function lineOf({ grid, community, people }) {
  if (grid.status === "none") {
    const [nearest] = grid.alternatives ?? [];
    return [nearest ? t("outside_near", { name: nearest.name, distance: distanceText(nearest.distance_m) }) : t("outside_line")];
  }
  if (grid.status === "ask") return [];
  const worker = people.find(({ kind }) => kind === "grid_worker");
  return dotted(community?.name, grid.name, worker ? `${worker.title} ${worker.name}` : t("no_worker"));
}

/** Title, line (nodes and strings), badge and its colour of a state of `PinnedPlace`. */
export function spotWords({ kind, place, data, problem }) {
  if (kind === "unset") return { title: t("place_first"), line: [], badge: t("place_badge"), tone: "" };
  if (kind === "far") return { title: t("place_first"), line: [t("place_zoom")], badge: t("place_badge"), tone: "" };
  if (kind === "waiting") return { title: t("place_waiting"), line: [], badge: t("place_busy"), tone: "" };
  if (kind === "failed") return failedWords(problem);
  const status = statusOf(data);
  const sure = status === "accepted" && place.source === "gps";
  const badge = sure ? t("within_metres", { n: numberText(Math.round(place.accuracy)) }) : t(`status_${status}`);
  return { title: titleOf(data), line: lineOf(data), badge, tone: BADGES[status] };
}

function failedWords(problem) {
  if (problem.status === 0 || problem.status >= 500) {
    return { title: t("place_offline"), line: [t("place_offline_line")], badge: t("place_offline_badge"), tone: "badge-amber" };
  }
  return { title: problem.message, line: [problem.hint], badge: t("status_refused"), tone: BADGES.refused };
}

function chip(words, beside, pick) {
  return el("button", { class: "chip", type: "button", onclick: pick }, words, beside && el("small", {}, beside));
}

/** How likely a place is, where the phone's circle tells; else how far it is. */
function beside({ likely, distance_m: distance }) {
  if (Number.isFinite(likely)) return shareText(likely);
  return Number.isFinite(distance) && distance > 0 ? distanceText(distance) : null;
}

/**
 * The question that an unsure place asks, with its answers as chips; null where there is none.
 * @param {object} actions `building(one)`, `grid(one)`, `here()`
 */
export function spotQuestion({ kind, data }, actions) {
  if (kind !== "found") return null;
  const { grid, building } = data;
  if (grid.status === "ask") {
    const grids = grid.alternatives.map((one) => chip(one.name, beside(one), () => actions.grid(one)));
    return [el("p", {}, t("ask_grid")), el("div", { class: "chips" }, chip(t("ask_here"), null, actions.here), grids)];
  }
  if (grid.status === "accepted" && building.status === "ask") {
    const buildings = building.alternatives.map((one) => chip(one.title, beside(one), () => actions.building(one)));
    return [el("p", {}, t("ask_building")), el("div", { class: "chips" }, buildings)];
  }
  return null;
}
