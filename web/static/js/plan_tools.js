/**
 * The tools on the map: move, pick, lasso, brush, sample, drag, lock. One finger or the left button
 * works with the tool, two fingers or the middle button move the map. A stroke shows at once and is
 * handed over when it ends.
 */

export const TOOLS = ["move", "pick", "lasso", "brush", "sample", "drag", "lock"];
const DRAWN = new Set(["lasso", "brush", "drag"]); // these take the drag; with the others it moves the map
const BRUSHES = { least: 6, most: 80, step: 6 }; // radius, px
const STEP_PX = 3; // of the lasso

export class PlanTools {
  /**
   * @param {object} parts map, model, sketch, corners (PlanCorners)
   * @param {object} told `stroke(atoms)`: painted with the chosen grid. `picked(atom)`: sample. `lock(atoms)`.
   *   `paint()`: row to paint with, null for none, "new" for a grid to come. `refused(reason)`. `changed()`.
   */
  constructor({ map, model, sketch, corners }, told) {
    Object.assign(this, { map, model, sketch, corners, told });
    this.box = map.getContainer();
    this.tool = "move";
    this.wholes = true;
    this.radius = 18;
    this.fingers = new Set();
    this.listen();
  }

  listen() {
    const on = (name, does) => this.box.addEventListener(name, does.bind(this));
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.lift);
    on("pointercancel", this.lift);
    on("pointerleave", () => this.stroke || this.sketch.clear());
    this.map.on("click", ({ latlng, originalEvent }) => this.click(latlng, originalEvent?.altKey));
    this.map.on("dragstart zoomstart", () => this.sketch.show({ piece: null }));
    this.box.addEventListener("keydown", (event) => this.key(event));
  }

  /** Take a tool in hand. */
  choose(tool) {
    this.abort();
    this.tool = tool;
    const draws = DRAWN.has(tool);
    this.map.dragging[draws ? "disable" : "enable"]();
    this.map.boxZoom.disable();
    this.map.doubleClickZoom[tool === "move" ? "enable" : "disable"]();
    this.box.classList.toggle("plan-drawing", draws);
    this.box.dataset.holds = tool;
    this.sketch.clear();
    this.corners.show(tool === "drag");
    this.told.changed();
  }

  setWholes(wholes) {
    this.wholes = wholes;
    this.told.changed();
  }

  resize(by) {
    this.radius = Math.max(BRUSHES.least, Math.min(BRUSHES.most, this.radius + by * BRUSHES.step));
    if (this.sketch.held) this.sketch.brush(this.sketch.held, this.radius);
    this.told.changed();
  }

  /** Where a pointer is, in pixels of the view. */
  spot(event) {
    return this.map.mouseEventToContainerPoint(event);
  }

  meshPoint({ x, y }) {
    return this.model.mesh.point(this.map, this.map.containerPointToLatLng([x, y]));
  }

  atomAt(latlng) {
    return this.model.mesh.at(...this.model.mesh.point(this.map, latlng));
  }

  /** The atoms that a choice stands for: whole compounds and blocks, or the pieces themselves (Alt: the other). */
  meant(atoms, alt) {
    return this.wholes !== Boolean(alt) ? this.model.whole(atoms) : atoms;
  }

  click(latlng, alt) {
    if (DRAWN.has(this.tool) || this.tool === "move" || this.navigating) return;
    const atom = this.atomAt(latlng);
    if (atom < 0) return;
    if (this.tool === "sample") this.told.picked(atom);
    else if (this.tool === "lock") this.told.lock(this.meant([atom], alt));
    else this.finish(this.meant([atom], alt));
  }

  /** Enter or Space on the map works in its middle, for whoever has no pointer. */
  key(event) {
    if (event.target !== this.box || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    const tool = this.tool;
    const middle = this.map.getCenter();
    if (tool === "brush") this.finish(this.meant(this.under(this.map.getSize().divideBy(2)), event.altKey));
    else if (!DRAWN.has(tool)) this.click(middle, event.altKey);
  }

  press(event) {
    if (event.pointerType === "touch") this.fingers.add(event.pointerId);
    if (this.fingers.size > 1) {
      this.navigating = true; // the map's own two fingers
      this.abort();
      return;
    }
    if (event.button === 1) this.startPan(event);
    if (event.button !== 0 || !DRAWN.has(this.tool) || this.navigating) return;
    event.preventDefault();
    this.box.focus({ preventScroll: true });
    this.box.setPointerCapture(event.pointerId);
    this.begin(event);
  }

  startPan(event) {
    event.preventDefault();
    this.box.setPointerCapture(event.pointerId);
    this.panned = this.spot(event);
  }

  begin(event) {
    const at = this.spot(event);
    if (this.tool === "drag") {
      if (this.corners.take(at)) this.stroke = { id: event.pointerId, drags: true };
      return;
    }
    if (this.tool === "brush" && !this.readyToPaint(at)) return;
    this.stroke = { id: event.pointerId, last: at, loop: [at.x, at.y], atoms: new Set(), alt: event.altKey };
    if (this.tool === "brush") this.sweep([at]);
  }

  /** A grid to paint with is needed: the first touch takes the one under the pointer. */
  readyToPaint(at) {
    if (this.told.paint() !== null) return true;
    const atom = this.model.mesh.at(...this.meshPoint(at));
    if (atom >= 0) this.told.picked(atom);
    return false;
  }

  move(event) {
    if (this.panned) {
      const at = this.spot(event);
      this.map.panBy(this.panned.subtract(at), { animate: false });
      this.panned = at;
      return;
    }
    this.waiting ??= [];
    this.waiting.push({ at: this.spot(event), id: event.pointerId, alt: event.altKey, touch: event.pointerType === "touch" });
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const moves = this.waiting;
      this.waiting = [];
      this.follow(moves);
    });
  }

  /** Everything since the last frame at once. */
  follow(moves) {
    const { at, alt, touch } = moves[moves.length - 1];
    if (!this.stroke) {
      if (!touch) this.hover(at, alt);
      return;
    }
    const own = moves.filter(({ id }) => id === this.stroke.id).map((one) => one.at);
    if (!own.length) return;
    if (this.stroke.drags) this.corners.pull(own[own.length - 1]);
    else if (this.tool === "lasso") this.lengthen(own);
    else this.sweep(own);
  }

  hover(at, alt) {
    if (this.navigating || this.map.dragging._draggable?._moving) return;
    if (this.tool === "brush") this.sketch.brush(at, this.radius);
    else if (this.tool === "drag") this.corners.hover(at);
    else if (["pick", "lock", "sample"].includes(this.tool)) this.outline(this.model.mesh.at(...this.meshPoint(at)), alt);
  }

  /** Show the pieces that a click would take. */
  outline(atom, alt) {
    const key = atom < 0 ? null : `${atom}:${this.wholes}:${alt}:${this.tool}`;
    if (key === this.outlined) return;
    this.outlined = key;
    if (!key) {
      this.sketch.show({ piece: null });
      return;
    }
    const { mesh } = this.model;
    const chosen = new Set(this.tool === "sample" ? this.model.shown.members.get(this.model.shown.rows[atom]) : this.meant([atom], alt));
    const rings = mesh.rings(chosen, (other) => chosen.has(other));
    this.sketch.show({
      piece: () => {
        const { k, dx, dy } = mesh.lieOn(this.map);
        const pane = this.map._getMapPanePos();
        return rings.map((ring) => Array.from(ring, (v) => [mesh.x[v] * k + dx + pane.x, mesh.y[v] * k + dy + pane.y]));
      },
    });
  }

  lengthen(points) {
    const { loop } = this.stroke;
    for (const { x, y } of points) {
      if (Math.hypot(x - loop[loop.length - 2], y - loop[loop.length - 1]) >= STEP_PX) loop.push(x, y);
    }
    this.sketch.show({ loop });
  }

  under(at) {
    const { k } = this.model.mesh.lieOn(this.map);
    return this.model.mesh.touched(...this.meshPoint(at), this.radius / k);
  }

  sweep(points) {
    const { stroke } = this;
    const fresh = new Set();
    for (const to of points) {
      const from = stroke.last;
      const steps = Math.max(1, Math.ceil(from.distanceTo(to) / (this.radius * 0.7)));
      for (let i = 1; i <= steps; i += 1) {
        const at = from.add(to.subtract(from).multiplyBy(i / steps));
        for (const atom of this.under(at)) fresh.add(atom);
      }
      stroke.last = to;
    }
    this.sketch.brush(stroke.last, this.radius);
    const atoms = this.meant([...fresh], stroke.alt).filter((atom) => !stroke.atoms.has(atom));
    for (const atom of atoms) stroke.atoms.add(atom);
    this.told.preview(atoms);
  }

  lift(event) {
    this.fingers.delete(event.pointerId);
    if (!this.fingers.size && this.navigating) setTimeout(() => (this.navigating = false), 50); // its click comes later
    this.panned = null;
    const { stroke } = this;
    if (stroke?.id !== event.pointerId) return;
    if (this.waiting?.length) this.follow(this.waiting.splice(0));
    this.stroke = null;
    if (event.type === "pointercancel") this.cancel(stroke);
    else if (stroke.drags) this.corners.drop();
    else this.finish(this.tool === "lasso" ? this.looped(stroke) : [...stroke.atoms]);
    if (this.tool === "lasso" || event.pointerType === "touch") this.sketch.clear();
  }

  looped({ loop, alt }) {
    const points = [];
    for (let i = 0; i < loop.length; i += 2) points.push(...this.meshPoint({ x: loop[i], y: loop[i + 1] }));
    const inside = this.model.mesh.inLoop(points);
    if (this.wholes === Boolean(alt)) return inside;
    const chosen = new Set(inside);
    // a compound is meant when most of it lies inside, else the loop only brushed it
    return this.model.whole(inside).filter((atom) => {
      const group = this.model.groups.get(this.model.groupOf(atom)) ?? [atom];
      return group.filter((one) => chosen.has(one)).length * 2 >= group.length;
    });
  }

  finish(atoms) {
    if (atoms.length) this.told.stroke(atoms);
  }

  /** Stop what is under way and take it back. */
  abort() {
    const { stroke } = this;
    this.stroke = null;
    if (stroke) this.cancel(stroke);
    this.sketch?.clear();
  }

  cancel(stroke) {
    if (stroke.drags) this.corners.abandon();
    else this.told.abandoned();
  }
}
