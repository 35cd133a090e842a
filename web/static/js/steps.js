/**
 * The steps that a signed-in worker makes (accept, handle with photos, note ...): kept on this device
 * until the server has acknowledged them, sent in order for each report, under their maker's name only.
 */

import { getJSON, post } from "./api.js";
import { shrunk } from "./photos.js";
import { Sender } from "./sender.js";
import { Shelf, newKey } from "./shelf.js";

const KNOWN = "gridmap.person";

/** Who was last seen signed in on this device: {person, name}, or null. */
function lastKnown() {
  try {
    return JSON.parse(localStorage.getItem(KNOWN) ?? "null");
  } catch {
    return null;
  }
}

function know(who) {
  try {
    if (who) localStorage.setItem(KNOWN, JSON.stringify(who));
    else localStorage.removeItem(KNOWN);
  } catch {
    // storage is closed: it is asked again
  }
}

/** Who is signed in: {person, name}; null when nobody is. Throws a Problem without a network. */
async function askWho() {
  try {
    const who = await getJSON("/api/v1/me");
    know(who);
    return who;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    know(null);
    return null;
  }
}

function bodyOf({ fields, photos }) {
  if (!photos.length) return fields;
  const form = new FormData();
  form.append("step", JSON.stringify({ ...fields, photo_kinds: photos.map(({ kind }) => kind ?? null) }));
  photos.forEach(({ name, type, bytes }) => form.append("photos", new Blob([bytes], { type }), name));
  return form;
}

/** Each entry is {key, number, fields, photos, words, person, name, at, refusal}. */
export class Steps extends Sender {
  /** `shelf`: where they stand; door visits have one of their own, see visits.js. */
  constructor(told, shelf = new Shelf("gridmap-steps", "steps")) {
    super(shelf, told);
    this.who = undefined; // {person, name}; null: nobody is signed in; undefined: not known yet
  }

  rowOf({ number }) {
    return number;
  }

  /** Keep a step and send it; see `Sender.add`. `key`: that of a first try, whose answer may be lost. */
  async add({ key = newKey(), number, fields, photos = [], words = "" }) {
    const who = this.who ?? lastKnown();
    const entry = { key, number, fields, photos, words, person: who?.person ?? null, name: who?.name ?? "" };
    return super.add({ ...entry, at: new Date().toISOString(), refusal: null });
  }

  /** Learn who is signed in, so that what is kept later bears the right name. */
  async meet() {
    try {
      this.who = await askWho();
    } catch {
      this.who ??= undefined; // no network: whoever was here last
    }
  }

  /** Only what whoever is signed in has made herself; nothing is sent in another's name. */
  async waiting() {
    const entries = await this.shelf.all();
    if (!entries.some(({ refusal }) => !refusal)) return [];
    try {
      this.who = await askWho();
    } catch {
      return []; // no network
    }
    return entries.filter((entry) => this.who && this.isHers(entry));
  }

  isHers({ person }) {
    return person === null || person === this.who.person;
  }

  transmit({ key, number, fields, photos }) {
    const path = `/api/v1/reports/${encodeURIComponent(number)}/steps`;
    return post(path, bodyOf({ fields, photos }), { headers: { "Idempotency-Key": key } });
  }

  /** Later steps of the same report were made on the same version: they follow this one. */
  async arrived({ number, fields }, { version }) {
    if (version !== fields.version + 1) return; // somebody else was there too: the server will say so
    for (const entry of await this.shelf.all()) {
      if (entry.number !== number || entry.refusal || entry.fields.version !== fields.version) continue;
      entry.fields.version = version;
      await this.shelf.put(entry);
    }
  }
}

let shared = null;
const listeners = new Set();

/** The one `Steps` of this page; `told` hears of changes and deliveries beside the others. */
export function sharedSteps(told) {
  if (told) listeners.add(told);
  shared ??= new Steps({
    changed: (entries) => listeners.forEach((one) => one.changed?.(entries, shared)),
    delivered: (entry, answer) => listeners.forEach((one) => one.delivered?.(entry, answer)),
  });
  return shared;
}

async function small(photo) {
  const file = photo.file ?? photo;
  return { ...(await shrunk(file)), kind: photo.kind ?? null };
}

/**
 * Make a step of a report: send it, or keep it until there is a network.
 *
 * @param {string} number of the report.
 * @param {object} fields `action`, `version` and whatever the move needs, as the API names them.
 * @param {Array} files photos: a File each, or {file, kind} with kind near, far, before or after.
 * @param {string} words what the step is called, for the list of what waits.
 * @returns {Promise<object>} {key, answer, problem}: where the report stands now; or the server's
 *   refusal, the step is then not kept; or neither: it waits here.
 */
export async function keepStep(number, fields, files = [], words = "") {
  const photos = await Promise.all(files.map(small));
  return sharedSteps().add({ number, fields, photos, words });
}
