/**
 * The outbox: a report stands here, on this device, until the server has acknowledged it. Each has
 * its own idempotency key, so that sending it again, from any tab, can never file it twice.
 */

import { openDB } from "../vendor/idb/index.js";
import { post } from "./api.js";

const DATABASE = "gridmap";
const STORE = "outbox";
const RETRY_MS = 20_000;
const KEEP_TRYING = new Set([0, 408, 425, 429]); // and every status of 500 and above
const NO_WAY = new Set([0, 429, 503]);

/** A fresh key. `crypto.randomUUID` is missing on plain HTTP, `getRandomValues` is not. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Entries in IndexedDB, or in memory where a browser keeps nothing (`lasting` is then false). */
class Shelf {
  constructor() {
    this.lasting = true;
    this.loose = new Map();
    this.opened = openDB(DATABASE, 1, {
      upgrade: (database) => database.createObjectStore(STORE, { keyPath: "key" }),
    }).catch(() => {
      this.lasting = false;
      return null;
    });
  }

  async all() {
    const database = await this.opened;
    const entries = database ? await database.getAll(STORE) : [...this.loose.values()];
    return entries.sort((a, b) => a.at.localeCompare(b.at));
  }

  async put(entry) {
    const database = await this.opened;
    try {
      if (database) await database.put(STORE, entry);
      else this.loose.set(entry.key, entry);
    } catch {
      this.lasting = false; // the disk is full: hold it while the page is open
      this.opened = Promise.resolve(null);
      this.loose.set(entry.key, entry);
    }
  }

  async drop(key) {
    const database = await this.opened;
    this.loose.delete(key);
    if (database) await database.delete(STORE, key);
  }
}

function bodyOf({ report, photos }) {
  if (!photos.length) return report;
  const form = new FormData();
  form.append("report", JSON.stringify(report));
  photos.forEach(({ name, type, bytes }) => form.append("photos", new Blob([bytes], { type }), name));
  return form;
}

export class Outbox {
  /**
   * @param {object} told `changed(entries)`: what stands here now; `delivered(entry, answer)`: one that
   *   had waited is filed. An entry is {key, report, photos: [{name, type, bytes}], words, at, refusal}.
   */
  constructor({ changed, delivered }) {
    Object.assign(this, { changed, delivered, shelf: new Shelf(), timer: 0, sending: null, own: null });
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.hidden || this.flush());
  }

  get lasting() {
    return this.shelf.lasting;
  }

  /**
   * Keep a report, then try to send all that waits. Resolves to {key, answer, problem}: the server's
   * answer, or its refusal (the entry is then gone again), or neither: it waits here.
   */
  async add({ report, photos, words }) {
    const entry = { key: newKey(), report, photos, words, at: new Date().toISOString(), refusal: null };
    await this.shelf.put(entry);
    await this.sending; // a run that began before this entry was there
    const outcome = { key: entry.key, answer: null, problem: null };
    this.own = outcome;
    await this.flush();
    this.own = null;
    if (outcome.problem) await this.take(entry.key);
    return outcome;
  }

  /** Take an entry out: its reporter edits or drops it. */
  async take(key) {
    const entry = (await this.shelf.all()).find((one) => one.key === key);
    await this.shelf.drop(key);
    await this.tell();
    return entry;
  }

  /** Send all that waits, oldest first; one run at a time. */
  flush() {
    this.sending ??= this.run().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  async run() {
    clearTimeout(this.timer);
    for (const entry of await this.shelf.all()) {
      if (entry.refusal) continue;
      const status = await this.send(entry);
      if (NO_WAY.has(status)) break; // the rest would fare no better
    }
    await this.tell();
  }

  /** Send one and sort it by what comes back; returns the status, 0 for no network. */
  async send(entry) {
    try {
      const answer = await post("/api/v1/reports", bodyOf(entry), { headers: { "Idempotency-Key": entry.key } });
      await this.shelf.drop(entry.key);
      if (this.own?.key === entry.key) this.own.answer = answer;
      else this.delivered(entry, answer);
      return 200;
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      if (!KEEP_TRYING.has(problem.status) && problem.status < 500) await this.refuse(entry, problem);
      return problem.status;
    }
  }

  /** The server will never take it as it is: its reporter must see why. */
  async refuse(entry, problem) {
    if (this.own?.key === entry.key) this.own.problem = problem;
    entry.refusal = { message: problem.message, hint: problem.hint };
    await this.shelf.put(entry);
  }

  async tell() {
    const entries = await this.shelf.all();
    clearTimeout(this.timer);
    if (entries.some(({ refusal }) => !refusal)) this.timer = setTimeout(() => this.flush(), RETRY_MS);
    this.changed(entries);
  }
}
