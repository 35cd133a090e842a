/**
 * What is missing, as a table of communities and as one community's page of gaps. Everything from
 * the server is text and is set as text.
 */

import { el, icon } from "./dom.js";
import { dayText, numberText, t } from "./strings.js";

const SHOWN = 3; // gaps of one clause before the rest folds away
const DAY_MS = 86400000;

/** Communities, worst first: those that lack the chosen clause, then by number of gaps, then by code. */
export function sorted(communities, check) {
  const lacks = ({ held }) => (check && held[check] === false ? 1 : 0);
  return [...communities].sort((a, b) => lacks(b) - lacks(a) || b.missing - a.missing || a.code.localeCompare(b.code));
}

function cell(community, { key, label }, open) {
  if (!(key in community.held)) {
    return el("span", { class: "cell not-asked" }, el("span", { "aria-hidden": "true" }, "–"), el("span", { class: "visually-hidden" }, t("not_asked")));
  }
  if (community.held[key]) {
    return el("span", { class: "cell" }, el("span", {}, icon("check"), el("span", { class: "visually-hidden" }, t("held"))));
  }
  const words = `${community.name} · ${label} · ${t("missing")}`;
  const pressed = (event) => {
    event.stopPropagation();
    open(community.code, key);
  };
  return el("button", { class: "cell", type: "button", "aria-label": words, onclick: pressed }, el("span", {}, t("missing")), el("em", {}, label));
}

function row(community, checks, { check, chosen, open }) {
  const { code, name, township, missing } = community;
  const pressed = (event) => {
    event.stopPropagation();
    open(code);
  };
  const lack = el("span", { class: `lack${missing ? "" : " none"}` }, missing ? t("missing_short", { n: missing }) : t("all_held"));
  const head = el("button", { class: "community", type: "button", onclick: pressed }, el("b", {}, name), el("small", {}, township), missing ? lack : el("span", { class: "lack none" }, icon("check"), el("span", { class: "visually-hidden" }, t("all_held"))));
  return el(
    "tr",
    { class: code === chosen ? "chosen" : null, "data-code": code, onclick: () => open(code) },
    el("th", { scope: "row" }, head),
    checks.map((one) =>
      el("td", { class: [community.held[one.key] === false ? "lacks" : "holds-here", one.key === check && "lit"].filter(Boolean).join(" ") }, cell(community, one, open)),
    ),
  );
}

function totalRow(communities, checks) {
  const count = (key) => communities.filter(({ held }) => held[key] === false).length;
  return el(
    "tr",
    { class: "total" },
    el("th", { scope: "row" }, t("whole_county")),
    checks.map(({ key }) => el("td", {}, count(key) ? el("b", {}, t("missing_short", { n: count(key) })) : "0")),
  );
}

/**
 * The rows of the table.
 * @param {object} audit the JSON of /api/v1/coverage
 * @param {object} options `check` (key or null), `chosen` (code or null), `open(code, check)`
 */
export function rows(audit, options) {
  if (!audit.communities.length) {
    return [el("tr", {}, el("td", { class: "coverage-empty", colspan: audit.checks.length + 1 }, t("no_communities")))];
  }
  const ordered = sorted(audit.communities, options.check);
  return [totalRow(ordered, audit.checks), ...ordered.map((community) => row(community, audit.checks, options))];
}

function sinceText(since, day) {
  const days = Math.round((Date.parse(day) - Date.parse(since)) / DAY_MS);
  return days > 0 ? t("since_days", { day: dayText(since), n: numberText(days) }) : t("since_today", { day: dayText(since) });
}

function finding({ subject_kind: kind, subject_name: name, since, reason }, day) {
  if (kind === "community") return el("li", {}, reason);
  return el("li", {}, el("b", {}, name), reason, el("span", { class: "since" }, sinceText(since, day)));
}

function gap(check, findings, day, lit) {
  const ofCommunity = findings.every(({ subject_kind: kind }) => kind === "community");
  const longest = findings.map(({ since }) => since).sort()[0];
  const items = findings.map((one) => finding(one, day));
  const mends = [...new Set(findings.map(({ mend }) => mend))];
  const rest = items.slice(SHOWN);
  return el(
    "section",
    { class: `gap${lit ? " lit" : ""}`, "data-check": check.key, tabindex: "-1" },
    el("header", {}, el("h3", {}, check.label), ofCommunity ? el("span", { class: "since" }, sinceText(longest, day)) : el("span", { class: "since" }, t("subjects_n", { n: numberText(findings.length) }))),
    el("ul", {}, items.slice(0, SHOWN)),
    rest.length > 0 && el("details", {}, el("summary", {}, t("more_subjects", { n: numberText(rest.length) })), el("ul", {}, rest)),
    mends.map((mend) => el("p", { class: "mend" }, icon("right"), el("span", {}, el("b", {}, t("how_to_mend")), " ", mend))),
  );
}

function holding(community, checks) {
  const held = checks.filter(({ key }) => community.held[key]);
  if (!held.length) return null;
  return [
    el("h3", {}, t("what_holds")),
    el("p", { class: "holds" }, held.map(({ label }) => el("span", { class: "badge badge-green" }, icon("check"), label))),
  ];
}

/**
 * One community: what is missing, since when, why and how to mend it.
 * @param {object} community of the audit
 * @param {object} audit the JSON of /api/v1/coverage
 * @param {object} options `check` to light up (or null), `back()`, `link` to the map (or null)
 */
export function detail(community, audit, { check, back, link }) {
  const gaps = audit.checks
    .map((one) => [one, community.findings.filter(({ check: key }) => key === one.key)])
    .filter(([, findings]) => findings.length);
  const badge = community.missing ? el("span", { class: "badge badge-red" }, t("missing_n", { n: community.missing })) : el("span", { class: "badge badge-green" }, t("all_held"));
  return [
    el(
      "header",
      {},
      el("button", { class: "button button-icon back", type: "button", "aria-label": t("back_to_list"), title: t("back_to_list"), onclick: back }, icon("right")),
      el("h2", { tabindex: "-1" }, community.name, el("small", {}, community.township)),
      badge,
    ),
    el(
      "div",
      { class: "detail-body" },
      gaps.map(([one, findings]) => gap(one, findings, audit.day, one.key === check)),
      !gaps.length && el("p", { class: "notice notice-green" }, t("whole_held")),
      holding(community, audit.checks),
      link && el("a", { class: "button", href: link }, icon("map"), t("on_the_map")),
    ),
  ];
}
