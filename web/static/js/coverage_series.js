/**
 * How coverage went through the days: steps of /api/v1/coverage/series, each of which holds until the next.
 * With it the map follows the slider without asking for every day.
 */

import { getJSON } from "./api.js";

export class Series {
  /** @param {string} from first day, @param {string} to last day */
  constructor(from, to) {
    Object.assign(this, { from, to });
    this.asked = new Map(); // check or "" -> promise of steps
    this.known = new Map();
  }

  /** Ask for the steps of a check (null: all that is required), once. */
  async load(check) {
    const key = check ?? "";
    if (!this.asked.has(key)) {
      const asked = getJSON("/api/v1/coverage/series", { from: this.from, to: this.to, check }).then(({ steps }) => steps);
      asked.then((steps) => this.known.set(key, steps)).catch(() => this.asked.delete(key));
      this.asked.set(key, asked);
    }
    return this.asked.get(key);
  }

  /** The step that holds on a day, or null where it is not known (yet). */
  on(check, day) {
    const steps = this.known.get(check ?? "");
    if (!steps?.length || day < steps[0].day) return null;
    let [low, high] = [0, steps.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (steps[middle].day <= day) low = middle;
      else high = middle - 1;
    }
    return steps[low];
  }
}
