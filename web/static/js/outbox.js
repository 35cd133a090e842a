/**
 * The outbox: a report stands here, on this device, until the server has acknowledged it. The steps
 * that a worker makes and her visits at doors are kept likewise, see steps.js and visits.js.
 */

import { post } from "./api.js";
import { Sender } from "./sender.js";
import { Shelf, newKey } from "./shelf.js";

export { newKey };
export { keepStep, sharedSteps } from "./steps.js";

function bodyOf({ report, photos }) {
  if (!photos.length) return report;
  const form = new FormData();
  form.append("report", JSON.stringify(report));
  photos.forEach(({ name, type, bytes }) => form.append("photos", new Blob([bytes], { type }), name));
  return form;
}

/** Reports: each entry is {key, report, photos: [{name, type, bytes, kind}], words, at, refusal}. */
export class Outbox extends Sender {
  constructor(told) {
    super(new Shelf("gridmap", "outbox"), told);
  }

  /** Keep a report and send it; see `Sender.add`. */
  add({ report, photos, words }) {
    return super.add({ key: newKey(), report, photos, words, at: new Date().toISOString(), refusal: null });
  }

  rowOf({ key }) {
    return key; // reports have nothing to do with each other
  }

  transmit(entry) {
    return post("/api/v1/reports", bodyOf(entry), { headers: { "Idempotency-Key": entry.key } });
  }
}
