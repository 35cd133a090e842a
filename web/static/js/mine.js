/**
 * The reports that were made on this device: number and key, so that their reporter finds them again.
 * Nothing else is kept: neither words nor places nor phone numbers.
 */

const STORE = "gridmap.mine";
const MOST = 30;

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
