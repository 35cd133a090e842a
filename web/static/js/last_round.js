/**
 * The round as it was last seen, for a stairwell without a network: buildings, doors, why they are visited;
 * neither names nor phone numbers nor notes. Kept while she is signed in; the service worker deletes the
 * database when she signs out or is asked to sign in (see worker.js).
 */

import { openDB } from "../vendor/idb/index.js";

const NAME = "gridmap-round";
const STORE = "round";

function open() {
  return openDB(NAME, 1, {
    upgrade: (database) => database.createObjectStore(STORE),
    blocking: (_now, _next, event) => event.target.close(),
  });
}

function nameless({ name, phone, note, ...door }) {
  return { ...door, name: null, phone: null, note: null };
}

/** Keep the round; only where it will be wiped again. */
export async function keepRound(round) {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration?.active) return;
  const stops = round.stops.map((stop) => ({ ...stop, doors: stop.doors.map(nameless) }));
  const database = await open();
  await database.put(STORE, { ...round, stops, at: new Date().toISOString() }, "last");
  database.close();
}

/** What was last seen, with `at`; null when there is nothing. */
export async function lastRound() {
  try {
    const database = await open();
    const seen = await database.get(STORE, "last");
    database.close();
    return seen ?? null;
  } catch {
    return null; // a browser that keeps nothing
  }
}
