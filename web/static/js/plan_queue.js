/**
 * Steps on their way to the server, one at a time, each on the version that the one before has made.
 * A refused step is taken back; without a network it is tried again with the same key.
 */

import { getJSON, post, Problem } from "./api.js";
import { newKey } from "./shelf.js";

const AGAIN_MS = 3000;
const NOTHING = { atoms: 0, grids: [] };
const PASSING = new Set([0, 502, 503, 504]); // no network, or a server that is just being restarted

export class PlanQueue {
  /**
   * @param {PlanModel} model
   * @param {string} api address of the plan
   * @param {object} told `state(word)`: saving, waiting or saved. `refused(problem, step)`. `overtaken(problem, {atoms,
   *   grids, mine})`: somebody else saved (or what was lost on the way: `mine`), the newest state is shown. `reload()`: other atoms lie under the plan now.
   */
  constructor(model, api, told) {
    Object.assign(this, { model, api, told, running: null });
  }

  get busy() {
    return this.model.pending.length > 0;
  }

  /** Make an edit. `rows(rows)` and `grids(grids)` show it at once; resolves to the answer, or null when refused. */
  edit(edit, { rows, grids } = {}) {
    return this.push({ path: "edits", body: { edit }, rows, grids });
  }

  /** undo, redo or rebase. */
  go(path) {
    return this.push({ path, body: {} });
  }

  push(step) {
    this.model.pending.push({ key: newKey(), ...step });
    const mine = this.model.pending[this.model.pending.length - 1];
    const answer = new Promise((resolve) => (mine.resolve = resolve));
    this.model.refresh();
    this.running ??= this.run().finally(() => (this.running = null));
    return answer;
  }

  async run() {
    while (this.busy) {
      const [step] = this.model.pending;
      this.told.state(step.tries ? "waiting" : "saving");
      try {
        const answer = await this.send(step);
        this.model.pending.shift();
        if (answer.reload) this.told.reload();
        else this.model.apply(answer);
        this.model.refresh();
        step.resolve(answer);
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        await this.failed(step, problem);
      }
    }
    this.told.state("saved");
  }

  send({ path, body, key }) {
    const base = this.model.state.version;
    return post(`${this.api}/${path}`, { base, ...body }, { headers: { "Idempotency-Key": key } });
  }

  async failed(step, problem) {
    if (PASSING.has(problem.status)) {
      step.tries = (step.tries ?? 0) + 1;
      this.told.state("waiting");
      await new Promise((later) => setTimeout(later, AGAIN_MS));
      return;
    }
    if (problem.code === "plan_moved_on") {
      await this.catchUp(step, problem);
      return;
    }
    this.model.pending.shift();
    this.model.refresh();
    step.resolve(null);
    this.told.refused(problem, step);
  }

  /** Another version is the newest: show it. What was lost on the way may have been written: then it is there. */
  async catchUp(step, problem) {
    const state = await this.newest();
    const dropped = this.model.pending;
    this.model.load(state);
    for (const one of dropped) one.resolve(null);
    this.told.overtaken(problem, { ...(problem.differs ?? NOTHING), mine: Boolean(step.tries) });
  }

  async newest() {
    for (;;) {
      try {
        return await getJSON(this.api);
      } catch (problem) {
        if (!PASSING.has(problem.status)) throw problem;
        await new Promise((later) => setTimeout(later, AGAIN_MS));
      }
    }
  }
}
