/**
 * Entries kept on this device in IndexedDB, or in memory where a browser keeps nothing (`lasting` is
 * then false). An entry has a `key` of its own and the moment `at` which it was kept.
 */

import { openDB } from "../vendor/idb/index.js";

/** A fresh key. `crypto.randomUUID` is missing on plain HTTP, `getRandomValues` is not. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Shelf {
  constructor(name, store) {
    this.store = store;
    this.lasting = true;
    this.loose = new Map();
    this.opened = openDB(name, 1, {
      upgrade: (database) => database.createObjectStore(store, { keyPath: "key" }),
    }).catch(() => {
      this.lasting = false;
      return null;
    });
  }

  /** All entries, oldest first. */
  async all() {
    const database = await this.opened;
    const kept = database ? await database.getAll(this.store) : [];
    return [...kept, ...this.loose.values()].sort((a, b) => a.at.localeCompare(b.at));
  }

  async put(entry) {
    const database = await this.opened;
    if (database && !this.loose.has(entry.key)) {
      try {
        await database.put(this.store, entry);
        return;
      } catch {
        // the disk is full: hold this one while the page is open
      }
    }
    this.lasting = false;
    this.loose.set(entry.key, entry);
  }

  async drop(key) {
    const database = await this.opened;
    this.loose.delete(key);
    if (database) await database.delete(this.store, key);
  }
}
