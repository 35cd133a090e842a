/**
 * One community: what is missing, since when, why, what it rests on, and who mends it. Everything from the
 * server is text and is set as text.
 */

import { el, icon } from "./dom.js";
import { dayText, numberText, t } from "./strings.js";

const SHOWN = 3; // gaps of one clause before the rest folds away
const DAY_MS = 86400000;

function sinceText(since, day) {
  const days = Math.round((Date.parse(day) - Date.parse(since)) / DAY_MS);
  return days > 0 ? t("since_days", { day: dayText(since), n: numberText(days) }) : t("since_today", { day: dayText(since) });
}

/** Address of the form that mends a gap, or of the record that it rests on. `back` is the query of this page. */
function formAddress({ form, records }, back) {
  if (!form) return null;
  const query = new URLSearchParams({ from: "coverage", ...back });
  if (form.action === "party") return `/party-life/at/${encodeURIComponent(form.target)}`;
  if (form.action === "round") return `/rounds/grids/${encodeURIComponent(form.target)}`;
  const record = records.find(({ register }) => register === form.register);
  if (["renew", "end", "correct", "done"].includes(form.action) && record) return `/registers/${form.register}/${record.id}?${query}`;
  for (const [key, value] of Object.entries({ target: form.target, kind: form.kind })) if (value) query.set(key, value);
  return `/registers/${form.register}/new?${query}`;
}

function taskOf(finding, tasks) {
  return tasks.find((task) => task.check === finding.check && task.subject_kind === finding.subject_kind && task.subject_code === finding.subject_code);
}

/** What can be done about one finding: the form, the task, the records behind it. */
function deeds(finding, { keeper, today, day, tasks, back }) {
  const parts = [];
  const form = keeper && formAddress(finding, back);
  if (form) parts.push(el("a", { class: "deed deed-main", href: form }, t(`do_${finding.form.action}`)));
  const task = taskOf(finding, tasks);
  if (task) {
    const late = task.overdue_days > 0;
    parts.push(el("a", { class: `deed deed-task${late ? " late" : ""}`, href: `/coverage/tasks/${task.id}` }, t("task_of", { owner: task.owner, day: dayText(task.due) })));
  } else if (keeper && day === today) {
    const query = new URLSearchParams({ check: finding.check, kind: finding.subject_kind, code: finding.subject_code });
    parts.push(el("a", { class: "deed", href: `/coverage/tasks/new?${query}` }, t("give_task")));
  }
  if (keeper) {
    for (const { register, id } of finding.records.slice(0, 2)) {
      parts.push(el("a", { class: "deed", href: `/registers/${register}/${id}?${new URLSearchParams({ from: "coverage", ...back })}` }, t("see_record")));
    }
  }
  return parts.length ? el("p", { class: "deeds" }, parts) : null;
}

function item(finding, options) {
  const { subject_kind: kind, subject_code: code, subject_name: name, since, reason } = finding;
  if (kind === "community") return el("li", {}, reason, deeds(finding, options));
  const place = el("button", { class: "spot", type: "button", onclick: () => options.spot(kind, code) }, icon("pin"), name);
  return el("li", { "data-subject": code }, place, reason, el("span", { class: "since" }, sinceText(since, options.day)), deeds(finding, options));
}

function gap(check, findings, options) {
  const ofCommunity = findings.every(({ subject_kind: kind }) => kind === "community");
  const longest = findings.map(({ since }) => since).sort()[0];
  const items = findings.map((one) => item(one, options));
  const mends = [...new Set(findings.map(({ mend }) => mend))];
  const rest = items.slice(SHOWN);
  const kind = [check.level === "advised" && "advised", check.key === options.check && "lit"].filter(Boolean).join(" ");
  return el(
    "section",
    { class: `gap ${kind}`.trim(), "data-check": check.key, tabindex: "-1" },
    el("header", {}, el("h3", {}, check.label), check.level === "advised" && el("span", { class: "badge badge-amber" }, check.level_label), el("span", { class: "since" }, ofCommunity ? sinceText(longest, options.day) : t("subjects_n", { n: numberText(findings.length) }))),
    el("ul", {}, items.slice(0, SHOWN)),
    rest.length > 0 && el("details", { open: options.grid ? true : null }, el("summary", {}, t("more_subjects", { n: numberText(rest.length) })), el("ul", {}, rest)),
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

/** The grids of the community: press one to see its gaps alone. */
function gridChips(community, keys, { grid, chooseGrid, gridNames }) {
  const codes = [...gridNames.keys()];
  if (codes.length < 2) return null;
  const n = (code) => Object.entries(community.grids[code] ?? {}).reduce((sum, [key, count]) => sum + (keys.has(key) ? count : 0), 0);
  const chip = (code, name, count) => el("button", { class: "chip", type: "button", "aria-pressed": String(grid === code), onclick: () => chooseGrid(code) }, name, count ? el("b", {}, ` ${t("missing_short", { n: count })}`) : "");
  return el("div", { class: "grid-chips", role: "group", "aria-label": t("by_grid") }, chip(null, t("all_grids"), 0), codes.map((code) => chip(code, gridNames.get(code), n(code))));
}

/**
 * @param {object} community of the answer for it alone (or of the county's, while that is on its way)
 * @param {Array} checks that are on, in order
 * @param {object} options `day`, `today`, `level`, `check` to light up (or null), `grid` (or null), `gridNames`, `tasks`,
 *   `keeper`, `signedIn`, `back` (query of this page), `close()`, `spot(kind, code)`, `chooseGrid(code)`, `link` to the map
 */
export function detail(community, checks, options) {
  const inGrid = (finding) => !options.grid || finding.grid === options.grid || finding.subject_code === options.grid;
  const gaps = checks
    .map((one) => [one, community.findings.filter((finding) => finding.check === one.key && inGrid(finding))])
    .filter(([, findings]) => findings.length)
    .sort(([a], [b]) => (a.level === options.level ? 0 : 1) - (b.level === options.level ? 0 : 1));
  const badge = community.missing ? el("span", { class: "badge badge-red" }, t("missing_n", { n: community.missing })) : el("span", { class: "badge badge-green" }, t("all_held"));
  const keys = new Set(checks.map(({ key }) => key));
  return [
    el(
      "header",
      {},
      el("button", { class: "button button-icon back", type: "button", "aria-label": t("back_to_list"), title: t("back_to_list"), onclick: options.close }, icon("right")),
      el("h2", { tabindex: "-1" }, community.name, el("small", {}, community.township)),
      badge,
      community.warnings > 0 && el("span", { class: "badge badge-amber" }, t("warnings_n", { n: community.warnings })),
    ),
    el(
      "div",
      { class: "detail-body" },
      gridChips(community, keys, options),
      gaps.map(([one, findings]) => gap(one, findings, options)),
      !gaps.length && el("p", { class: "notice notice-green" }, options.grid ? t("grid_held") : t("whole_held")),
      !options.signedIn && gaps.length > 0 && el("p", { class: "muted" }, el("a", { href: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}` }, t("sign_in_to_mend"))),
      holding(community, checks),
      el("p", { class: "detail-links" }, options.link && el("a", { class: "button", href: options.link }, icon("map"), t("on_the_map")), options.signedIn && el("a", { class: "button", href: `/leaders?community=${community.code}` }, icon("person"), t("its_leaders"))),
    ),
  ];
}
