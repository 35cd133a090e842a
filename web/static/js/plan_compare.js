/**
 * The plan beside what it is compared with (today, a past day, or a version): by a divider over one map, on two
 * maps side by side, or with stripes on whatever has moved.
 */

import { getJSON, toastProblem } from "./api.js";
import { Cover } from "./plan_cover.js";
import { layPlan, MapBeside } from "./plan_map.js";
import { besideText } from "./plan_words.js";
import { t } from "./strings.js";

const KEY_STEP = 0.05;
const $ = (id) => document.getElementById(id);

export class Compare {
  /** `county`: PlanMap. `api`: address of the plan; `look`: which version of it, beside which day. */
  constructor(county, model, options, { api, look }) {
    Object.assign(this, { county, model, options, api, look, mode: null, changes: false, share: 0.5 });
    this.usual = { word: "today", name: besideText(look.beside) };
    this.other = this.usual;
    for (const button of $("compare").querySelectorAll("[data-compare]")) {
      button.addEventListener("click", () => this.press(button.dataset.compare));
    }
    this.divider = $("divider");
    this.divider.addEventListener("pointerdown", (event) => this.take(event));
    this.divider.addEventListener("keydown", (event) => this.step(event));
    county.map.on("move zoom resize viewreset zoomend", () => this.clip());
  }

  /** Rows of what is compared with. */
  get rows() {
    return this.other.rows ?? this.model.todayRows;
  }

  press(what) {
    if (what === "changes") this.changes = !this.changes;
    else this.setMode(this.mode === what ? null : what);
    this.update();
  }

  /** Compare with 'today' or 'version:7'; shows by the divider when nothing is compared yet. */
  async with(word, name) {
    try {
      const other = { word, name };
      if (word !== "today") {
        const { moved } = await getJSON(`${this.api}/compare`, { with: word, ...this.look });
        other.rows = Int32Array.from(this.model.saved);
        for (const [atom, row] of moved) other.rows[atom] = row;
      }
      this.other = other;
      this.setMode(this.mode ?? "swipe");
      this.update();
    } catch (problem) {
      toastProblem(problem);
    }
  }

  setMode(mode) {
    this.clear();
    this.mode = mode;
    if (!mode) {
      this.other = this.usual;
      return;
    }
    this.cover = new Cover(this.model.mesh, this.rows);
    this.model.giveColours(this.cover);
    const look = { cover: this.cover };
    if (mode === "swipe") this.before = layPlan(this.county.map, "plan-before", this.options, look);
    else this.openBeside(look);
    $("before-name").textContent = $("left-name").textContent = this.other.name;
  }

  openBeside(look) {
    $("side-before").hidden = false;
    $("sides").classList.add("plan-two");
    this.narrowed();
    this.beside = new MapBeside($("map-before"), this.county, this.options, look);
  }

  clear() {
    this.before?.remove();
    this.beside?.remove();
    this.before = this.beside = null;
    if (this.mode === "beside") {
      $("side-before").hidden = true;
      $("sides").classList.remove("plan-two");
      this.widened();
    }
  }

  /** Half the width is left: all that was in view stays in view. */
  narrowed() {
    const { map } = this.county;
    const seen = map.getBounds();
    const zoom = map.getZoom();
    map.invalidateSize({ animate: false });
    map.fitBounds(seen, { animate: false });
    this.out = zoom - map.getZoom();
  }

  /** The whole width is back: as near as before. */
  widened() {
    const { map } = this.county;
    map.invalidateSize({ animate: false });
    map.setZoom(map.getZoom() + this.out, { animate: false });
  }

  /** Buildings have come. */
  repaint() {
    this.before?.repaint();
    this.beside?.plan.repaint();
  }

  /** What differs, as a Set of atoms. */
  differing() {
    const [now, then] = [this.model.shown.rows, this.rows];
    const found = new Set();
    for (let atom = 0; atom < now.length; atom += 1) if (now[atom] !== then[atom]) found.add(atom);
    return found;
  }

  /** Show everything as chosen; also after the plan has changed while changes are marked. */
  update() {
    for (const button of $("compare").querySelectorAll("[data-compare]")) {
      const { compare } = button.dataset;
      button.setAttribute("aria-pressed", String(compare === "changes" ? this.changes : compare === this.mode));
    }
    const swipes = this.mode === "swipe";
    this.divider.hidden = !swipes;
    this.divider.setAttribute("aria-label", t("divider", { before: this.other.name }));
    this.county.plan.show({ marked: this.changes ? this.differing() : null, faint: this.changes });
    this.clip();
  }

  /** Cut both plans at the divider. */
  clip() {
    const { map } = this.county;
    const pane = map.getPane("plan");
    const old = map.getPane("plan-before");
    if (this.mode !== "swipe") {
      if (pane) pane.style.clip = "";
      return;
    }
    const size = map.getSize();
    const [min, max] = [map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(size)];
    const x = min.x + size.x * this.share;
    pane.style.clip = `rect(${min.y}px, ${max.x}px, ${max.y}px, ${x}px)`;
    old.style.clip = `rect(${min.y}px, ${x}px, ${max.y}px, ${min.x}px)`;
    this.divider.style.left = `${100 * this.share}%`;
    this.divider.setAttribute("aria-valuenow", Math.round(100 * this.share));
  }

  take(event) {
    event.preventDefault();
    this.divider.focus();
    this.divider.setPointerCapture(event.pointerId);
    const box = $("side-plan").getBoundingClientRect();
    const follow = (move) => this.set((move.clientX - box.left) / box.width);
    this.divider.addEventListener("pointermove", follow);
    const drop = () => this.divider.removeEventListener("pointermove", follow);
    this.divider.addEventListener("pointerup", drop, { once: true });
    this.divider.addEventListener("pointercancel", drop, { once: true });
  }

  step(event) {
    const by = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP, Home: -1, End: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.set(this.share + by);
  }

  set(share) {
    this.share = Math.max(0.02, Math.min(0.98, share));
    this.clip();
  }
}
