/**
 * The strip of door visits that wait on this device: which door, what came of it. What was noted about the
 * people behind it is not shown here, for this page opens without signing in.
 */

import { strip } from "./kept_strip.js";
import { t } from "./kept_words.js";
import { Visits } from "./visits.js";

const KIND = {
  some: "visits_some",
  refused: "visits_refused",
  arrived: "visits_arrived",
  after: "/rounds/walk",
  title: ({ words }) => words,
  beside: ({ fields }) => t(`visits_${fields.outcome}`),
  lines: ({ fields }) => [fields.matters?.length ? t("visits_matters", { n: fields.matters.length }) : ""],
  formOf: ({ number }) => `/rounds/walk#${encodeURIComponent(number)}`,
};

/** Show the visits that wait in `holder`; it hides itself when nothing does. `told` hears of them as well. */
export function showKeptVisits(holder, told) {
  const { changed, delivered } = strip(holder, KIND, told);
  const visits = new Visits({ changed: (entries) => changed(entries, visits), delivered });
  return visits;
}
