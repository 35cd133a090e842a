/**
 * What changed between two days: gaps that came, went and stayed, by community. Text stays text.
 */

import { el, icon } from "./dom.js";
import { dayText, numberText, t } from "./strings.js";

/** Gaps that came and went by community, of the checks that are shown: Map code -> {appeared, went}. */
export function changesOf(comparison, keys) {
  const changes = new Map();
  for (const kind of ["appeared", "went"]) {
    for (const { community_code: code, check } of comparison[kind].findings) {
      if (!keys.has(check)) continue;
      const change = changes.get(code) ?? { appeared: 0, went: 0 };
      change[kind] += 1;
      changes.set(code, change);
    }
  }
  return changes;
}

function byCommunity(findings) {
  const found = new Map();
  for (const finding of findings) {
    const list = found.get(finding.community_code) ?? found.set(finding.community_code, []).get(finding.community_code);
    list.push(finding);
  }
  return [...found.values()];
}

function section(kind, findings, number, { labels, open }) {
  if (!findings.length) return el("section", { class: `changes ${kind}` }, el("h3", {}, t(`changes_${kind}`, { n: 0 })));
  const lists = byCommunity(findings).map((list) =>
    el(
      "li",
      {},
      el("button", { class: "spot", type: "button", onclick: () => open(list[0].community_code) }, list[0].community_name),
      el("ul", {}, list.map((one) => el("li", {}, el("b", {}, labels.get(one.check) ?? one.check), " ", one.subject_kind === "community" ? one.reason : `${one.subject_name}：${one.reason}`))),
    ),
  );
  const body = el("ul", {}, lists);
  const head = t(`changes_${kind}`, { n: numberText(number) });
  if (kind === "stayed") return el("details", { class: `changes ${kind}` }, el("summary", {}, head), body);
  return el("section", { class: `changes ${kind}` }, el("h3", {}, head), body);
}

/**
 * @param {object} comparison the JSON of /api/v1/coverage/compare
 * @param {object} options `keys` of the checks that are shown, `labels` Map of their names, `open(code)`, `close()`
 */
export function comparisonView(comparison, options) {
  const kept = (kind) => comparison[kind].findings.filter(({ check }) => options.keys.has(check));
  const count = (kind, all) => (all.length === comparison[kind].findings.length ? comparison[kind].number : all.length);
  const title = t("compared", { from: dayText(comparison.with), to: dayText(comparison.day) });
  return [
    el("header", {}, el("button", { class: "button button-icon back", type: "button", "aria-label": t("end_compare"), title: t("end_compare"), onclick: options.close }, icon("right")), el("h2", { tabindex: "-1" }, title)),
    el(
      "div",
      { class: "detail-body" },
      ["appeared", "went", "stayed"].map((kind) => {
        const all = kept(kind);
        return section(kind, all, count(kind, all), options);
      }),
    ),
  ];
}
