/**
 * What is missing, as a table of communities. Everything from the server is text and is set as text.
 */

import { lacking } from "./coverage_shades.js";
import { el, icon } from "./dom.js";
import { t } from "./strings.js";

/** Communities, worst first: those that lack the chosen clause, then by number of gaps, then by code. */
export function sorted(communities, shown) {
  const lacks = ({ held }) => (shown.check && held[shown.check] === false ? 1 : 0);
  return [...communities].sort((a, b) => lacks(b) - lacks(a) || lacking(b, shown) - lacking(a, shown) || a.code.localeCompare(b.code));
}

function cell(community, { key, label }, open) {
  if (!(key in community.held)) {
    return el("span", { class: "cell not-asked" }, el("span", { "aria-hidden": "true" }, "–"), el("span", { class: "visually-hidden" }, t("not_asked")));
  }
  if (community.held[key]) {
    return el("span", { class: "cell" }, el("span", {}, icon("check"), el("span", { class: "visually-hidden" }, t("held"))));
  }
  const n = community.counts[key] ?? 1;
  const words = `${community.name} · ${label} · ${t("missing")}`;
  const pressed = (event) => {
    event.stopPropagation();
    open(community.code, key);
  };
  return el("button", { class: "cell", type: "button", "aria-label": words, onclick: pressed }, el("span", {}, n > 1 ? String(n) : t("missing")), el("em", {}, label));
}

function row(community, checks, options) {
  const { shown, chosen, open } = options;
  const { code, name, township } = community;
  const n = lacking(community, shown);
  const pressed = (event) => {
    event.stopPropagation();
    open(code);
  };
  const lack = n ? el("span", { class: "lack" }, t("missing_short", { n })) : el("span", { class: "lack none" }, icon("check"), el("span", { class: "visually-hidden" }, t("all_held")));
  const head = el("button", { class: "community", type: "button", onclick: pressed }, el("b", {}, name), el("small", {}, township), lack);
  return el(
    "tr",
    { class: code === chosen ? "chosen" : null, "data-code": code, onclick: () => open(code) },
    el("th", { scope: "row" }, head),
    checks.map((one) => el("td", { class: [community.held[one.key] === false ? "lacks" : "holds-here", one.key === shown.check && "lit"].filter(Boolean).join(" ") }, cell(community, one, open))),
  );
}

function totalRow(communities, checks, name) {
  const count = (key) => communities.filter(({ held }) => held[key] === false).length;
  return el(
    "tr",
    { class: "total" },
    el("th", { scope: "row" }, name),
    checks.map(({ key }) => el("td", {}, count(key) ? el("b", {}, t("missing_short", { n: count(key) })) : "0")),
  );
}

/**
 * The rows of the table.
 * @param {Array} communities of the audit that are shown
 * @param {Array} checks of the level that is shown
 * @param {object} options `shown` {level, check}, `chosen` (code or null), `open(code, check)`, `name` of the whole
 */
export function rows(communities, checks, options) {
  if (!communities.length) {
    return [el("tr", {}, el("td", { class: "coverage-empty", colspan: checks.length + 1 }, t("no_communities")))];
  }
  const ordered = sorted(communities, options.shown);
  return [totalRow(ordered, checks, options.name), ...ordered.map((community) => row(community, checks, options))];
}
