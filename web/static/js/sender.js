/**
 * What waits on this device is sent until the server has acknowledged it: on `online`, when the page is
 * looked at, and on a timer that grows more patient. Each entry has its own idempotency key, so that
 * sending it again, from any tab, can never make it twice.
 */

const FIRST_RETRY_MS = 20_000;
const LONGEST_RETRY_MS = 300_000;
const KEEP_TRYING = new Set([0, 401, 408, 425, 429]); // and every status of 500 and above
const NO_WAY = new Set([0, 401, 429, 503]);

export class Sender {
  /**
   * @param {Shelf} shelf where the entries stand.
   * @param {object} told `changed(entries)`: what stands here now; `delivered(entry, answer)`: one that
   *   had waited has arrived. An entry that was refused has `refusal`: {message, hint, status}.
   */
  constructor(shelf, { changed, delivered }) {
    Object.assign(this, { shelf, changed, delivered, timer: 0, wait: FIRST_RETRY_MS, sending: null, own: null });
    addEventListener("online", () => this.soon());
    document.addEventListener("visibilitychange", () => document.hidden || this.soon());
  }

  get lasting() {
    return this.shelf.lasting;
  }

  /**
   * Keep an entry, then try to send all that waits. Resolves to {key, answer, problem}: the server's
   * answer, or its refusal (the entry is then gone again: its words still stand in the form), or
   * neither: it waits here.
   */
  async add(entry) {
    await this.shelf.put(entry);
    await this.sending; // a run that began before this entry was there
    const outcome = { key: entry.key, answer: null, problem: null };
    this.own = outcome;
    await this.soon();
    this.own = null;
    if (outcome.problem) await this.take(entry.key);
    return outcome;
  }

  /** Take an entry out: its maker edits or drops it. */
  async take(key) {
    const entry = (await this.shelf.all()).find((one) => one.key === key);
    await this.shelf.drop(key);
    await this.tell();
    return entry;
  }

  /** Something has changed for the better: send now, and be impatient again. */
  soon() {
    this.wait = FIRST_RETRY_MS;
    return this.flush();
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
    const stuck = new Set(); // what belongs together goes in order, or waits together
    for (const { key } of await this.waiting()) {
      const entry = (await this.shelf.all()).find((one) => one.key === key); // it may be gone, or newer
      const row = entry && this.rowOf(entry);
      if (!entry || stuck.has(row)) continue;
      if (entry.refusal) {
        stuck.add(row);
        continue;
      }
      const status = await this.send(entry);
      if (NO_WAY.has(status)) break; // the rest would fare no better
      if (status !== 200) stuck.add(row);
    }
    await this.tell();
  }

  /** What may be sent now, and what was refused. */
  waiting() {
    return this.shelf.all();
  }

  /** Send one and sort it by what comes back; returns the status, 0 for no network. */
  async send(entry) {
    try {
      const answer = await this.transmit(entry);
      await this.shelf.drop(entry.key);
      await this.arrived(entry, answer);
      if (this.own?.key === entry.key) this.own.answer = answer;
      else this.delivered(entry, answer);
      return 200;
    } catch (problem) {
      if (problem.status === undefined) throw problem;
      if (!KEEP_TRYING.has(problem.status) && problem.status < 500) await this.refuse(entry, problem);
      return problem.status;
    }
  }

  /** For what follows from an arrival; nothing unless a subclass knows better. */
  async arrived() {}

  /** The server will never take it as it is: its maker must see why. */
  async refuse(entry, problem) {
    if (this.own?.key === entry.key) this.own.problem = problem;
    entry.refusal = { message: problem.message, hint: problem.hint, status: problem.status };
    await this.shelf.put(entry);
  }

  async tell() {
    const entries = await this.shelf.all();
    clearTimeout(this.timer);
    if (entries.some(({ refusal }) => !refusal)) {
      this.timer = setTimeout(() => this.flush(), this.wait);
      this.wait = Math.min(this.wait * 2, LONGEST_RETRY_MS);
    }
    this.changed(entries);
  }
}
