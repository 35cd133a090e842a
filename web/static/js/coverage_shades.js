/**
 * Which shade a community has: by all checks of a level, by one check, or by what changed between two days.
 * Colours are CSS variables (coverage.css), so that map, legend and paper agree.
 */

import { t } from "./strings.js";

export const WORST = 5; // that many gaps and more share the darkest red

/** What is shown: `level` 'required' or 'advised', `check` (key or null), `changes` (Map by code, or null). */
export function lacking(community, { level }) {
  return level === "advised" ? community.warnings : community.missing;
}

/** The shade: by number of gaps '0'…'5'; for one check 'held', '5' or 'none'; for changes 'worse', 'better', 'both', 'same'. */
export function shadeOf(community, shown) {
  const { check, changes } = shown;
  if (changes) return shadeOfChange(changes.get(community.code));
  if (!check) return String(Math.min(lacking(community, shown), WORST));
  if (!(check in community.held)) return "none";
  return community.held[check] ? "held" : "5";
}

function shadeOfChange(change) {
  if (!change) return "same";
  if (change.appeared && change.went) return "both";
  return change.appeared ? "worse" : "better";
}

/** The legend of what is shown: pairs of shade and words. */
export function classesOf({ check, changes }) {
  if (changes) return ["worse", "better", "both", "same"].map((shade) => [shade, t(`shade_${shade}`)]);
  if (check) return [["held", t("held")], ["5", t("missing")], ["none", t("not_asked")]];
  const words = (n) => (n === 0 ? t("all_held") : n === WORST ? t("missing_more", { n }) : t("missing_n", { n }));
  return Array.from({ length: WORST + 1 }, (_, n) => [String(n), words(n)]);
}
