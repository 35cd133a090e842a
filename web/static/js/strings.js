/**
 * Words in the reader's language. The page carries them as JSON (`#strings`, made by the template),
 * so that no sentence stands in a script.
 */

const holder = document.getElementById("strings");
const strings = holder ? JSON.parse(holder.textContent) : {};

/** 'zh' or 'en', as the page was rendered. */
export const language = document.documentElement.lang.startsWith("en") ? "en" : "zh";

/** The string `key` with its `{places}` filled. An unknown key shows itself, so that it is noticed. */
export function t(key, values = {}) {
  const text = strings[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const locale = language === "en" ? "en-US" : "zh-CN";
const longDay = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
const numbers = new Intl.NumberFormat(locale);

/** '2025-06-30' as people write it: 2025年6月30日 / June 30, 2025. Anything else comes back as it is. */
export function dayText(day) {
  const time = Date.parse(`${String(day).slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(time) ? String(day ?? "") : longDay.format(time);
}

/** A number with its separators: 1,709. */
export function numberText(number) {
  return numbers.format(number);
}

/** A part of one as a percentage: 62%. */
export function shareText(share) {
  return `${Math.round(100 * share)}%`;
}

/** A distance in metres as people say it: 4 米, 1.2 公里. */
export function distanceText(metres) {
  if (metres >= 1000) return t("kilometres", { n: (metres / 1000).toFixed(1) });
  return t("metres", { n: numberText(Math.round(metres)) });
}
