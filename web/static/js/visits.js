/**
 * Door visits: kept on this device until the server has acknowledged them, in order for each door, under
 * their maker's name only (see steps.js). An entry's `number` is the door's code.
 */

import { post } from "./api.js";
import { Shelf } from "./shelf.js";
import { Steps } from "./steps.js";

export class Visits extends Steps {
  constructor(told) {
    super(told, new Shelf("gridmap-visits", "visits"));
  }

  transmit({ key, fields }) {
    return post("/api/v1/rounds/visits", fields, { headers: { "Idempotency-Key": key } });
  }

  /** One visit does not change another. */
  async arrived() {}
}
