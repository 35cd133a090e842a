/**
 * The card of a place: where it is, how sure that is, and who answers for it. It is built from the
 * JSON of /api/v1/locate with textContent alone.
 */

import { el, icon } from "./dom.js";
import { dayText, distanceText, numberText, t } from "./strings.js";

const BADGES = { accepted: "badge-green", ask: "badge-amber", none: "badge-red" };
const LADDER = ["building_group", "grid_branch", "general_branch"];

/** One status for the reader: outside every grid, a question open, or placed. */
export function statusOf({ grid, building }) {
  if (grid.status === "none") return "none";
  return grid.status === "ask" || building?.status === "ask" ? "ask" : "accepted";
}

/** What to call the place: the building, else its compound, else its grid. */
export function titleOf({ grid, building, compound }) {
  if (building?.status === "accepted" && building.title) return building.title;
  if (compound?.name) return compound.name;
  return grid.status === "accepted" && grid.name ? t("open_ground_in", { name: grid.name }) : t("open_ground");
}

const dotted = (...parts) => parts.filter(Boolean).join(" · ");

/** A phone number as a call button; anything but digits and + is dropped from the link. */
function callButton(phone, who) {
  const number = phone.replace(/[^\d+]/g, "");
  return el("a", { class: "button button-call", href: `tel:${number}`, "aria-label": t("call_who", { who }) }, icon("phone"), t("call"));
}

function section(title, ...children) {
  return el("section", { class: "card-section" }, el("h3", {}, title), ...children);
}

function head(data, title, actions) {
  const status = statusOf(data);
  const { grid, community, township } = data;
  return el(
    "header",
    { class: "card-head" },
    el(
      "div",
      { class: "card-title" },
      el("h2", { tabindex: "-1" }, title),
      el("span", { class: `badge ${BADGES[status]}` }, t(`status_${status}`)),
      el("button", { class: "button button-icon", type: "button", "aria-label": t("close"), onclick: actions.close }, icon("close")),
    ),
    el("p", { class: "muted" }, dotted(township?.name, community?.name, grid.status === "accepted" ? grid.name : null)),
  );
}

function facts({ building }) {
  if (building?.status !== "accepted") return null;
  const counts = ["floors", "units", "households"].filter((name) => building[name]);
  return el(
    "div",
    { class: "card-facts" },
    building.address && el("p", {}, icon("pin"), building.address),
    counts.length > 0 && el("p", { class: "muted" }, counts.map((name) => t(name, { n: numberText(building[name]) })).join(" · ")),
    building.distance_m > 0.5 && el("p", { class: "muted" }, t("from_building", { distance: distanceText(building.distance_m) })),
  );
}

function choices(alternatives, take) {
  return alternatives.map((other) => {
    const distance = other.distance_m === null || other.distance_m === undefined ? null : distanceText(other.distance_m);
    return el("button", { class: "choice", type: "button", onclick: () => take(other) }, el("span", {}, other.title ?? other.name), el("small", {}, distance ?? ""));
  });
}

/** Why the answer is not plain, and what it could be; where it is plain, a quiet note of how it was found. */
function doubts(data, actions) {
  const { grid, building } = data;
  const faults = [...(grid.faults ?? []), ...(building?.faults ?? [])].map(({ text }) => el("li", {}, text));
  const list = faults.length > 0 && el("ul", {}, faults);
  if (statusOf(data) === "accepted") return list && el("div", { class: "card-notes muted" }, list);
  const grids = grid.status === "accepted" ? [] : choices(grid.alternatives ?? [], actions.grid);
  const buildings = building?.status === "ask" ? choices(building.alternatives ?? [], actions.building) : [];
  return el(
    "div",
    { class: "card-doubts" },
    list,
    grids.length > 0 && el("p", {}, t(grid.status === "none" ? "nearest_grids" : "which_grid")),
    grids,
    buildings.length > 0 && el("p", {}, t("which_building")),
    buildings,
  );
}

function rung(level, party, inBuilding) {
  const unit = party.find((one) => one.level === level);
  if (!unit && (level === "building_group" && !inBuilding)) return null;
  const members = unit && Number.isFinite(unit.full_members) ? t("members", { n: numberText(unit.full_members) }) : null;
  const secretary = unit?.secretary ? t(level === "building_group" ? "leader" : "secretary", { name: unit.secretary }) : null;
  return el(
    "li",
    { class: unit ? "done" : "missing" },
    el("small", {}, t(level)),
    el("b", {}, unit ? unit.name : t("not_founded")),
    unit && el("span", { class: "muted" }, dotted(secretary, members)),
  );
}

function partyTree({ party = [], building, grid }) {
  if (grid.status === "none" || (grid.status === "ask" && !party.length)) return null;
  const rungs = LADDER.map((level) => rung(level, party, building?.status === "accepted"));
  return section(t("party"), el("ol", { class: "timeline" }, rungs.filter(Boolean)));
}

function person({ title, name, phone, since, unit, from }) {
  const role = dotted(title, unit && t("unit", { n: unit }), from && t("from", { name: from }));
  return el(
    "li",
    { class: "row" },
    el("span", { class: "avatar", "aria-hidden": "true" }, [...name][0] ?? ""),
    el("span", { class: "row-text" }, el("b", {}, name), el("small", {}, role), since && el("small", {}, t("since", { day: dayText(since) }))),
    phone && callButton(phone, name),
  );
}

function peopleList({ people = [], grid }) {
  if (people.length) return section(t("people"), el("ul", { class: "rows" }, people.map(person)));
  return grid.status === "accepted" ? section(t("people"), el("p", { class: "muted" }, t("nobody"))) : null;
}

function propertyPart({ property, compound }) {
  if (!property) return null;
  if (property.unserved) {
    const words = t(property.in_ledger ? "unserved_in_ledger" : "unserved");
    return section(t("property"), el("p", {}, el("span", { class: "badge badge-amber" }, t("no_property")), " ", words));
  }
  const since = dotted(compound?.name, property.since && t("since", { day: dayText(property.since) }));
  const line = el("div", { class: "row" }, el("span", { class: "row-text" }, el("b", {}, property.company), el("small", {}, since)), property.phone && callButton(property.phone, property.company));
  return section(t("property"), line);
}

function reportsPart({ reports, grid }) {
  if (!reports || grid.status !== "accepted") return null;
  const items = (reports.items ?? []).map(({ number, category, stage, since }) =>
    el("li", { class: "row" }, el("span", { class: "row-text" }, el("b", {}, category), el("small", {}, dotted(number, since && dayText(since)))), el("span", { class: "badge badge-blue" }, stage)),
  );
  const words = reports.open ? t("open_reports", { n: numberText(reports.open) }) : t("no_open_reports");
  return section(t("reports"), el("p", { class: "muted" }, words), items.length > 0 && el("ul", { class: "rows" }, items));
}

/**
 * The card as an element.
 * @param {object} data the JSON of /api/v1/locate
 * @param {object} actions `close()`, `share()`, `grid(alternative)`, `building(alternative)`
 * @param {string|null} title the name that was searched for, when it is wider than one building
 */
export function placeCard(data, actions, title = null) {
  const { lon, lat } = data.point;
  const report = `/report?${new URLSearchParams({ lon: lon.toFixed(6), lat: lat.toFixed(6) })}`;
  const body = [facts, (one) => doubts(one, actions), partyTree, peopleList, propertyPart, reportsPart];
  return el(
    "article",
    { class: "place-card" },
    head(data, title ?? titleOf(data), actions),
    el("div", { class: "card-scroll" }, body.map((part) => part(data))),
    el(
      "footer",
      { class: "card-foot" },
      el("a", { class: "button button-red button-wide", href: report }, t("report_here")),
      el("button", { class: "button", type: "button", onclick: actions.share }, icon("link"), t("copy_link")),
    ),
  );
}

/** Grey lines in the card's shape, while the answer is on its way. */
export function waitingCard() {
  const lines = ["title", "line", "block", "block"].map((kind) => el("span", { class: `bone bone-${kind}` }));
  return el("div", { class: "place-card bones", "aria-label": t("loading"), role: "status" }, lines);
}

/** A refusal in the card's place, with a way to try again. */
export function problemCard(problem, actions) {
  return el(
    "article",
    { class: "place-card" },
    el(
      "div",
      { class: "card-head" },
      el(
        "div",
        { class: "card-title" },
        el("h2", { tabindex: "-1" }, problem.message),
        el("button", { class: "button button-icon", type: "button", "aria-label": t("close"), onclick: actions.close }, icon("close")),
      ),
      problem.hint && el("p", { class: "muted" }, problem.hint),
      el("button", { class: "button", type: "button", onclick: actions.retry }, t("try_again")),
    ),
  );
}
