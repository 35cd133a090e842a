/**
 * What others have reported near by in the same category: offered before a report is sent, so that it
 * can be followed instead of being reported twice.
 */

import { getJSON, post } from "./api.js";
import { el, icon } from "./dom.js";
import { mine, trackAddress } from "./mine.js";
import { newKey } from "./outbox.js";
import { distanceText, language, t } from "./strings.js";

const HERE_M = 10;
const PATIENCE_MS = 4000;
const since = new Intl.RelativeTimeFormat(language === "en" ? "en" : "zh-CN", { numeric: "auto" });

/** Open reports near a place, nearest first; none when the network is slow or gone: reporting goes first. */
export async function openNear({ lon, lat, accuracy }, category) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  const query = { lon: lon.toFixed(7), lat: lat.toFixed(7), crs: "wgs84", accuracy, category };
  try {
    return (await getJSON("/api/v1/reports/near", query, { signal: abort.signal })).items;
  } catch {
    return []; // whatever is wrong with the place, filing says it
  } finally {
    clearTimeout(timer);
  }
}

function ago(moment) {
  const minutes = Math.round((Date.parse(moment) - Date.now()) / 60_000);
  if (minutes > -60) return since.format(Math.min(minutes, -1), "minute");
  if (minutes > -60 * 24) return since.format(Math.round(minutes / 60), "hour");
  return since.format(Math.round(minutes / 60 / 24), "day");
}

function choice(item, follow) {
  const own = mine().find(({ number }) => number === item.number);
  const where = [item.place, item.metres > HERE_M && distanceText(item.metres)].filter(Boolean).join(" · ");
  const when = [ago(item.filed_at), item.stage.label].join(t("comma"));
  return el(
    "li",
    { class: "near-one" },
    el("div", {}, el("b", {}, item.category.name), el("p", {}, when), el("p", { class: "muted" }, where)),
    own
      ? el("a", { class: "button", href: trackAddress(own) }, t("near_own"))
      : el("button", { class: "button", type: "button", onclick: (event) => follow(item, event.currentTarget) }, t("near_follow")),
  );
}

/** The offer. `follow(item, button)` and `other()` are the two ways on, `back()` leads to the form. */
export function nearCard(items, { follow, other, back }) {
  return [
    el("h2", { tabindex: "-1" }, t("near_title")),
    el("p", { class: "muted" }, t("near_words")),
    el("ul", { class: "near-list" }, items.map((item) => choice(item, follow))),
    el(
      "p",
      { class: "actions near-ways" },
      el("button", { class: "button button-red button-wide", type: "button", id: "near-other", onclick: other }, t("near_other")),
      el("button", { class: "button", type: "button", onclick: back }, t("near_back")),
    ),
  ];
}

const keys = new Map(); // a second try to follow the same report is the same following

/** Follow a report; resolves to {number, track_key}. Throws a Problem. */
export function followReport({ number }, contact) {
  if (!keys.has(number)) keys.set(number, newKey());
  const headers = { "Idempotency-Key": keys.get(number) };
  return post(`/api/v1/reports/${encodeURIComponent(number)}/followers`, contact, { headers });
}

/** The report is followed: the link to it. `more()` starts another report. */
export function followedCard({ number, track_key: key }, more) {
  return [
    el("span", { class: "done-mark" }, icon("check")),
    el("div", {}, el("h2", { tabindex: "-1" }, t("followed_title")), el("p", { class: "done-number", id: "followed-number" }, number)),
    el("p", { class: "muted" }, t("followed_words")),
    el(
      "p",
      { class: "actions" },
      el("a", { class: "button button-red button-wide", href: trackAddress({ number, key }) }, t("sent_track")),
      el("button", { class: "button", type: "button", onclick: more }, t("sent_more")),
    ),
  ];
}
