/**
 * The worker's own list as it was last seen, for a stairwell without a network: number, category, place,
 * stage; neither words nor phone numbers. Kept while she is signed in; the service worker deletes the
 * database when she signs out or is asked to sign in (see worker.js).
 */

import { openDB } from "../vendor/idb/index.js";

const NAME = "gridmap-queue";
const STORE = "queue";

function open() {
  return openDB(NAME, 1, {
    upgrade: (database) => database.createObjectStore(STORE),
    blocking: (_now, _next, event) => event.target.close(),
  });
}

/** Keep the list: `rows` are {number, line, stage, badge}. Only where it will be wiped again. */
export async function keepQueue(rows) {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration?.active) return;
  const database = await open();
  await database.put(STORE, { rows, at: new Date().toISOString() }, "last");
  database.close();
}

/** What was last seen: {rows, at}; null when there is nothing. */
export async function lastQueue() {
  try {
    const database = await open();
    const seen = await database.get(STORE, "last");
    database.close();
    return seen ?? null;
  } catch {
    return null; // a browser that keeps nothing
  }
}
