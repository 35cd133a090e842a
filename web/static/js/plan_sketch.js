/**
 * What follows the pointer: the brush, the loop of the lasso, the piece that would be taken, corners and
 * the ghost of a dragged border. A canvas of its own above the map, redrawn in the frame; the brush is
 * an element, since a canvas that changes has the whole map put together anew.
 */

const INK = "#1b2430";
const BLUE = "#1d5bb8";

export class Sketch {
  /** `canvas` and `ring` (the brush) lie over the map and take no pointer. */
  constructor(canvas, ring, map) {
    Object.assign(this, { canvas, ring, map, loop: null, piece: null, corners: [], ghost: null });
    this.ctx = canvas.getContext("2d");
    map.on("move zoom resize viewreset", () => this.ask());
  }

  /** Change what is drawn: loop [x0, y0, …], piece (gives rings of [x, y]), corners, ghost. */
  show(changes) {
    Object.assign(this, changes);
    this.ask();
  }

  /** The brush at {x, y} with a radius, or none (null). */
  brush(at, radius) {
    this.ring.hidden = !at;
    this.held = at;
    if (!at) return;
    this.ring.style.width = this.ring.style.height = `${2 * radius}px`;
    this.ring.style.transform = `translate(${at.x - radius}px, ${at.y - radius}px)`;
  }

  clear() {
    this.brush(null);
    if (this.loop || this.piece || this.ghost) this.show({ loop: null, piece: null, ghost: null });
  }

  ask() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  fit() {
    const { x, y } = this.map.getSize();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (this.canvas.width !== x * ratio || this.canvas.height !== y * ratio) {
      this.canvas.width = x * ratio;
      this.canvas.height = y * ratio;
    }
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.ctx.clearRect(0, 0, x, y);
  }

  draw() {
    const idle = !this.loop && !this.piece && !this.corners.length && !this.ghost;
    this.canvas.hidden = idle; // a canvas that is not there costs nothing
    if (idle) return;
    this.fit();
    if (this.piece) this.drawPiece(this.piece());
    if (this.loop) this.drawLoop();
    if (this.corners.length) this.drawCorners();
    if (this.ghost) this.drawGhost();
  }

  line(points, close) {
    this.ctx.beginPath();
    points.forEach(([x, y], i) => (i ? this.ctx.lineTo(x, y) : this.ctx.moveTo(x, y)));
    if (close) this.ctx.closePath();
  }

  pen(colour, width, dash = []) {
    this.ctx.setLineDash(dash);
    this.ctx.lineWidth = width;
    this.ctx.strokeStyle = colour;
    this.ctx.stroke();
  }

  drawPiece(rings) {
    for (const ring of rings) {
      this.line(ring, true);
      this.pen("rgba(255, 255, 255, 0.9)", 4);
      this.pen(INK, 2);
    }
  }

  drawLoop() {
    const points = [];
    for (let i = 0; i < this.loop.length; i += 2) points.push([this.loop[i], this.loop[i + 1]]);
    this.line(points, true);
    this.ctx.fillStyle = "rgba(29, 91, 184, 0.12)";
    this.ctx.fill();
    this.pen("#ffffff", 4);
    this.pen(BLUE, 2, [6, 4]);
  }

  drawCorners() {
    for (const { lat, lng, lit } of this.corners) {
      const { x, y } = this.map.latLngToContainerPoint([lat, lng]);
      this.ctx.beginPath();
      this.ctx.arc(x, y, lit ? 9 : 6, 0, 2 * Math.PI);
      this.ctx.fillStyle = lit ? BLUE : "#ffffff";
      this.ctx.fill();
      this.pen(INK, 2);
    }
  }

  drawGhost() {
    for (const line of this.ghost) {
      this.line(line.map(({ lat, lng }) => Object.values(this.map.latLngToContainerPoint([lat, lng]))), false);
      this.pen("#ffffff", 5);
      this.pen(BLUE, 2.5, [8, 5]);
    }
  }
}
