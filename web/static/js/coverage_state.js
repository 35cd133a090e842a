/**
 * What the coverage page shows, as its address says it, and the links to files that carry it on.
 */

import { readState } from "./permalink.js";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** {day, check, level, community, grid, township, with} of the address. */
export function stateOfAddress(levels) {
  const query = new URLSearchParams(location.search);
  const check = levels.has(query.get("check")) ? query.get("check") : null;
  const other = query.get("with");
  return {
    day: readState().day,
    check,
    level: check ? levels.get(check) : query.get("level") === "advised" ? "advised" : "required",
    community: query.get("community"),
    grid: query.get("grid"),
    township: query.get("township"),
    with: DAY.test(other ?? "") ? other : null,
  };
}

/** The files and sheets are of the day and the check that are shown. */
export function linkExports({ day, check }) {
  for (const link of document.querySelectorAll("[data-export], [data-print]")) {
    const address = new URL(link.href);
    const wanted = { day, ...("print" in link.dataset ? { check } : {}) };
    for (const [key, value] of Object.entries(wanted)) {
      if (value) address.searchParams.set(key, value);
      else address.searchParams.delete(key);
    }
    link.href = address.pathname + address.search;
  }
}
