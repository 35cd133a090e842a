/**
 * The reports that were made or followed on this device: number and key, so that they are found again.
 * Nothing else is kept: neither words nor places nor phone numbers.
 */

import { el, icon } from "./dom.js";
import { language } from "./strings.js";

const STORE = "gridmap.mine";
const MOST = 30;
const dayOf = new Intl.DateTimeFormat(language === "en" ? "en-US" : "zh-CN", { dateStyle: "long", timeZone: "Asia/Shanghai" });

/** What was made here, newest first: [{number, key, at, category}]. */
export function mine() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one?.number === "string") : [];
  } catch {
    return []; // storage is closed or was spoilt: then nothing is remembered
  }
}

/** Remember a report that the server has acknowledged. */
export function remember({ number, key, at, category }) {
  const kept = [{ number, key, at, category }, ...mine().filter((one) => one.number !== number)];
  try {
    localStorage.setItem(STORE, JSON.stringify(kept.slice(0, MOST)));
  } catch {
    // the number on the screen is all there is
  }
}

/** The address of a report's page, with its key where one is known. */
export function trackAddress({ number, key }) {
  const query = key ? `?${new URLSearchParams({ key })}` : "";
  return `/track/${encodeURIComponent(number)}${query}`;
}

/** List them in `#mine`, without the one that the page shows. */
export function listMine() {
  const others = mine().filter(({ number }) => location.pathname !== `/track/${encodeURIComponent(number)}`);
  document.getElementById("mine").hidden = !others.length;
  document.getElementById("mine-list").replaceChildren(
    ...others.map(({ number, key, at, category }) =>
      el(
        "li",
        {},
        el(
          "a",
          { class: "row row-button", href: trackAddress({ number, key }) },
          el("span", { class: "row-text" }, el("b", {}, category), el("small", {}, `${number} · ${dayOf.format(new Date(at))}`)),
          icon("right"),
        ),
      ),
    ),
  );
}
