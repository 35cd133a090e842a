/**
 * What the tools do to the plan: which of the touched pieces may move, what is shown until the server
 * has answered, and what is said when nothing could be done.
 */

import { toast } from "./api.js";
import { ask } from "./plan_dialog.js";
import { numberText, t } from "./strings.js";

export class Painting {
  /** `picked(row)`: a grid was taken as the paint. */
  constructor(model, queue, { picked }) {
    Object.assign(this, { model, queue, picked, paint: null });
  }

  /** What PlanTools tells. */
  heard(changed) {
    return {
      paint: () => this.paint,
      picked: (atom) => this.sample(atom),
      preview: (atoms) => this.preview(atoms),
      stroke: (atoms) => this.stroke(atoms),
      lock: (atoms) => this.lock(atoms),
      abandoned: () => this.abandon(),
      changed,
    };
  }

  sample(atom) {
    const row = this.model.shown.rows[atom];
    if (row < 0) return;
    this.picked(row);
    toast(t("paint_is", { name: this.model.nameOf(row) }), "info", 2);
  }

  /** The pieces that may go into a row, and why the others may not. */
  allowed(atoms, row) {
    const { model } = this;
    const home = this.paint === "new" ? model.communityOf(atoms[0]) : model.homeOf(row);
    const inside = atoms.filter((atom) => model.communityOf(atom) === home);
    const away = inside.filter((atom) => model.shown.rows[atom] !== row);
    const free = away.filter((atom) => !model.isLocked(atom));
    const name = model.nameOf(row);
    const why = !inside.length ? t("other_community", { name }) : !away.length ? t("nothing_to_move", { name }) : t("all_locked");
    return { free, why: model.grid(row)?.locked ? t("grid_locked", { name }) : why, barred: Boolean(model.grid(row)?.locked) };
  }

  /** The row that is painted with; for a new grid one that nobody has yet. */
  row() {
    return this.paint === "new" ? (this.fresh ??= this.model.freeRow()) : this.paint;
  }

  preview(atoms) {
    if (!atoms.length) return;
    const row = this.row();
    const { free, barred } = this.allowed(this.model.active?.atoms.length ? [this.model.active.atoms[0], ...atoms] : atoms, row);
    if (free.length && !barred) this.model.paint(free, row);
  }

  /** A stroke has ended on these atoms. */
  stroke(atoms) {
    if (this.paint === null) {
      this.sample(atoms[0]);
      return;
    }
    const row = this.row();
    const painted = this.model.endStroke();
    const { free, why, barred } = painted ? { free: painted } : this.allowed(atoms, row);
    this.fresh = null;
    if (barred || !free.length) {
      this.model.refresh();
      toast(why, "bad");
      return;
    }
    if (this.paint === "new") this.begin(free, row);
    else this.made(this.queue.edit({ kind: "move", atoms: free, grid: row }, this.placing(free, row)));
  }

  placing(atoms, row) {
    return {
      rows: (rows) => {
        for (const atom of atoms) rows[atom] = row;
      },
    };
  }

  async begin(atoms, row) {
    const community = this.model.communityOf(atoms[0]);
    const draft = { row, name: t("new_grid"), code: "", community_id: community, is_new: true, locked: false, note: "" };
    const shown = { ...this.placing(atoms, row), grids: (grids) => grids.set(row, draft) };
    const answer = await this.made(this.queue.edit({ kind: "new", atoms }, shown));
    if (!answer) return;
    const made = this.model.saved[atoms[0]];
    if (this.paint === "new") this.picked(made);
    toast(t("made_grid", { name: this.model.nameOf(made) }), "good");
  }

  /** Follow an edit: its grid may have gone when it comes back. */
  async made(answer) {
    const found = await answer;
    if (typeof this.paint === "number" && !this.model.grid(this.paint)) this.picked(null);
    return found;
  }

  abandon() {
    this.model.endStroke();
    this.fresh = null;
    this.model.refresh();
  }

  lock(atoms) {
    const locked = !atoms.every((atom) => this.model.lockedAtoms.has(atom));
    this.queue.edit({ kind: "lock_atoms", atoms, locked });
  }

  async drag(from, to) {
    const answer = await this.queue.edit({ kind: "drag", start: [from.lng, from.lat], end: [to.lng, to.lat] });
    if (answer && !answer.moved.length) toast(t("dragged_nothing"));
  }

  /** Merge some grids; asks which of them goes on. */
  async merge(rows) {
    const { model } = this;
    if (new Set(rows.map((row) => model.homeOf(row))).size > 1) {
      toast(t("merge_same"), "bad");
      return null;
    }
    const households = (row) => model.figure(row, "households").now;
    const sorted = [...rows].sort((a, b) => households(b) - households(a));
    const options = sorted.map((row) => [String(row), t("name_households", { name: model.nameOf(row), n: numberText(households(row)) })]);
    const fields = [{ name: "into", label: t("merge_into"), type: "select", options, value: options[0][0], hint: t("merge_hint") }];
    const answer = await ask({ title: t("merge"), fields, confirm: t("merge") });
    if (!answer) return null;
    const into = Number(answer.into);
    const atoms = rows.filter((row) => row !== into).flatMap((row) => [...model.shown.members.get(row)]);
    const made = await this.made(this.queue.edit({ kind: "merge", grids: rows, grid: into }, this.placing(atoms, into)));
    if (made) this.picked(into);
    return made;
  }
}
