/** Figures as the planner's table writes them: with a sign where they are changes, with units. */

import { dayText, language, numberText, t } from "./strings.js";

const locale = language === "en" ? "en-US" : "zh-CN";
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" });

/** Between the names of a list. */
export const COMMA = language === "en" ? ", " : "、";

/** +12, −30, or an empty string for nothing. */
export function signed(number) {
  if (!number) return "";
  return `${number > 0 ? "+" : "−"}${numberText(Math.abs(number))}`;
}

/** 0.345 as 34.5%; a dash for what is not known. */
export function percent(share, digits = 0) {
  return share === null || share === undefined || Number.isNaN(share) ? "–" : `${(share * 100).toFixed(digits)}%`;
}

/** Square metres as hectares, large ones as square kilometres. */
export function areaText(metres) {
  if (metres >= 1e6) return t("km2", { n: (metres / 1e6).toFixed(2) });
  return t("hectares", { n: (metres / 1e4).toFixed(1) });
}

/** A moment of an answer ('2026-11-29T05:00:00+00:00') in local words. */
export function momentText(at) {
  const time = Date.parse(at);
  return Number.isNaN(time) ? "" : moment.format(time);
}

/** What a plan is shown beside: today, or a past day. */
export function besideText(day) {
  return day ? dayText(day) : t("today");
}

/** The last three digits of a grid's code: its number in the community. */
export function shortCode(code) {
  return (code ?? "").slice(-3);
}
