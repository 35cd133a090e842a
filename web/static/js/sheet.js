/**
 * The bottom sheet on phones (on wide screens the same element is a side panel and this does
 * nothing). Its grip is a button: a tap goes one step, a drag follows the finger and snaps.
 */

const STATES = ["peek", "half", "full"];
const DRAG_FROM = 8; // px; less is a tap

export class Sheet {
  /** `panel` holds a [data-grip] button; its state stands in `data-state` (CSS gives the heights). */
  constructor(panel, { moved = () => {} } = {}) {
    Object.assign(this, { panel, moved });
    this.grip = panel.querySelector("[data-grip]");
    this.grip.addEventListener("click", () => this.tapped());
    this.grip.addEventListener("pointerdown", (event) => this.press(event));
    // what the keyboard reaches must be in sight
    panel.addEventListener("focusin", (event) => event.target !== this.grip && this.raise());
    this.set(panel.dataset.state || "peek");
  }

  get state() {
    return this.panel.dataset.state;
  }

  set(state) {
    this.panel.dataset.state = state;
    this.panel.style.height = "";
    this.grip.setAttribute("aria-expanded", String(state !== "peek"));
    this.moved(state);
  }

  /** Open to at least half, never smaller than it stands. */
  raise() {
    if (this.state === "peek") this.set("half");
  }

  tapped() {
    if (this.dragged) return;
    this.set(this.state === "peek" ? "half" : this.state === "half" ? "full" : "peek");
  }

  press(event) {
    const start = { y: event.clientY, height: this.panel.offsetHeight };
    this.dragged = false;
    this.grip.setPointerCapture(event.pointerId);
    const drag = (move) => {
      const by = start.y - move.clientY;
      if (!this.dragged && Math.abs(by) < DRAG_FROM) return;
      this.dragged = true;
      this.panel.classList.add("dragging");
      this.panel.style.height = `${Math.max(64, start.height + by)}px`;
    };
    const drop = () => {
      this.grip.removeEventListener("pointermove", drag);
      this.panel.classList.remove("dragging");
      if (this.dragged) this.snap(this.panel.offsetHeight - start.height);
    };
    this.grip.addEventListener("pointermove", drag);
    this.grip.addEventListener("pointerup", drop, { once: true });
    this.grip.addEventListener("pointercancel", drop, { once: true });
  }

  snap(by) {
    const room = this.panel.parentElement.clientHeight;
    const share = this.panel.offsetHeight / room;
    const step = by > 0 ? 0.1 : -0.1; // a short pull in a direction is meant
    this.set(STATES[[0.3, 0.68].filter((limit) => share + step > limit).length]);
  }
}
