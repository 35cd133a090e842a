/**
 * The numbers of the coverage page, the legend of its map, and the choice of a township.
 */

import { classesOf, shadeOf } from "./coverage_shades.js";
import { el } from "./dom.js";
import { numberText, t } from "./strings.js";

const $ = (id) => document.getElementById(id);
const percent = (part, whole) => (whole ? `${Math.round((100 * part) / whole)}%` : "–");

function put(id, value, note) {
  $(id).textContent = value;
  $(id).parentElement.querySelector("small").textContent = note;
}

/** Show how many communities there are, how many have everything, and what is missing in all. */
export function drawMissing(communities, complete, missing) {
  put("count-complete", numberText(complete), t("of_communities", { n: numberText(communities) }));
  put("count-lacking", numberText(communities - complete), t("missing_in_all", { n: numberText(missing) }));
}

/** Show the `totals` of an audit. */
export function drawNumbers({ communities, complete, missing, visits_this_quarter: visits }) {
  drawMissing(communities, complete, missing);
  put("count-visits", percent(visits.made, visits.due), t("visits_made", { made: numberText(visits.made), due: numberText(visits.due) }));
}

/** Show what the colours mean and how many communities have each; `names`: Map of the checks' names. */
export function drawLegend(communities, shown, names) {
  const counts = new Map();
  for (const community of communities) {
    const shade = shadeOf(community, shown);
    counts.set(shade, (counts.get(shade) ?? 0) + 1);
  }
  const classes = classesOf(shown).filter(([shade]) => shade !== "none" || counts.get(shade));
  const title = shown.check ? names.get(shown.check) : t("all");
  $("legend").replaceChildren(
    el("h2", {}, shown.changes ? t("legend_changes") : title),
    el(
      "ul",
      {},
      classes.map(([shade, name]) => el("li", { class: counts.get(shade) ? null : "none" }, el("i", { class: `shade-${shade}` }), name, el("b", {}, numberText(counts.get(shade) ?? 0)))),
    ),
  );
}

/** Offer the townships of an audit. */
export function drawTownships({ communities }, chosen) {
  const names = [...new Set(communities.map(({ township }) => township))];
  $("township").replaceChildren(el("option", { value: "" }, t("all_townships")), ...names.map((name) => el("option", { value: name, selected: name === chosen }, name)));
  $("township").hidden = names.length < 2;
}
