/**
 * Words on the map, drawn on one canvas and decluttered: whoever comes first in ORDER has the room.
 * A canvas draws text as text, so a hostile name stays a name.
 */

import { extent } from "./geometry.js";

/** Kinds of label, the most important first. Sizes and zooms come with the map's `drawing.labels`. */
const ORDER = ["community", "centre", "named", "number", "road", "compound", "water", "green", "place"];
const SAME_NAME_APART = 280; // px between two labels of one road
const DOT = { centre: 8, place: 2.5 };

/** Do two boxes [x1, y1, x2, y2] meet? */
const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** The boxes that words of width `w` and height `h` cover, turned by `angle`: squares along their line. */
function boxesOf({ x, y }, w, h, angle) {
  if (!angle) return [[x - w / 2 - 3, y - h / 2 - 1, x + w / 2 + 3, y + h / 2 + 1]];
  const count = Math.ceil(w / h);
  return Array.from({ length: count }, (_, i) => {
    const along = -w / 2 + (w * (i + 0.5)) / count;
    const [cx, cy] = [x + Math.cos(angle) * along, y + Math.sin(angle) * along];
    return [cx - h / 2 - 1, cy - h / 2 - 1, cx + h / 2 + 1, cy + h / 2 + 1];
  });
}

/** Straight enough stretches of a line of points that hold `length` px: [{x, y, angle}], longest first. */
function straights(points, length) {
  const found = [];
  let from = 0;
  for (let i = 1; i < points.length; i += 1) {
    const [a, b, c] = [points[from], points[i], points[i + 1]];
    const turns = c && Math.abs(Math.sin(Math.atan2(c.y - b.y, c.x - b.x) - Math.atan2(b.y - a.y, b.x - a.x))) > 0.16;
    if (c && !turns) continue;
    const run = Math.hypot(b.x - a.x, b.y - a.y);
    if (run >= length) {
      let angle = Math.atan2(b.y - a.y, b.x - a.x);
      if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI;
      found.push({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, angle: angle || 0.001, run });
    }
    from = i;
  }
  return found.sort((a, b) => b.run - a.run);
}

/**
 * The canvas of borders, with the words on top of them: Leaflet's canvas renderer, so it moves, scales
 * and sharpens with the map, and paths can name it as their renderer. `sources` gives, by kind, a function that returns entries:
 * {text, lon, lat, room?} (`room`: degrees of longitude that the words must fit) or {text, line}.
 */
export const Labels = L.Canvas.extend({
  initialize(options) {
    L.Canvas.prototype.initialize.call(this, options);
    this.sources = {};
    this.widths = new Map();
  },

  /** Draw again: words or their places have changed. */
  refresh() {
    if (this._map && this._ctx && !this._map._animatingZoom) this._redraw();
  },

  // Leaflet would repaint the part that changed; words reach over such parts, so all is painted anew
  _extendRedrawBounds() {},

  _draw() {
    L.Canvas.prototype._draw.call(this);
    if (!this._bounds) return;
    const zoom = this._map.getZoom();
    this.family ??= getComputedStyle(document.body).fontFamily;
    this.taken = [];
    this.named = new Map();
    this._ctx.textAlign = "center";
    this._ctx.textBaseline = "middle";
    this._ctx.lineJoin = "round";
    for (const kind of ORDER) {
      const style = this.options.styles[kind];
      if (zoom < style.fromZoom || !this.sources[kind]) continue;
      for (const entry of this.sources[kind]()) this.place(entry, style, kind);
    }
  },

  place(entry, style, kind) {
    if (!entry.text || this._map.getZoom() < (entry.fromZoom ?? 0)) return;
    const font = `${style.weight} ${style.size}px ${this.family}`;
    const width = this.width(entry.text, font);
    if (entry.line) this.alongLine(entry, width, style, font);
    else this.atPoint(entry, width, style, font, kind);
  },

  atPoint(entry, width, style, font, kind) {
    const point = this._map.latLngToLayerPoint([entry.lat, entry.lon]);
    if (!this._bounds.contains(point) || !this.fits(entry, width)) return;
    const dot = DOT[kind];
    if (!dot) {
      if (this.claim(boxesOf(point, width, style.size, 0))) this.write(entry.text, point, 0, style, font);
      return;
    }
    const words = L.point(point.x, point.y + dot + style.size * 0.75);
    const [spot, room] = [boxesOf(point, dot * 2, dot * 2, 0), boxesOf(words, width, style.size, 0)];
    const whole = this.claim([...spot, ...room]);
    // a service centre stays on the map even where its name has no room
    if (whole || (kind === "centre" && this.claim(spot))) this.mark(point, dot, style, kind);
    if (whole) this.write(entry.text, words, 0, style, font);
  },

  alongLine(entry, width, style, font) {
    entry.box ??= extent([entry.line]);
    const [west, south, east, north] = entry.box;
    if (!this._map.getBounds().pad(0.2).intersects([[south, west], [north, east]])) return;
    const points = entry.line.map(([lon, lat]) => this._map.latLngToLayerPoint([lat, lon]));
    const before = this.named.get(entry.text) ?? [];
    for (const spot of straights(points, width + 12)) {
      const near = before.some((other) => Math.hypot(other.x - spot.x, other.y - spot.y) < SAME_NAME_APART);
      if (near || !this._bounds.contains(L.point(spot.x, spot.y))) continue;
      if (!this.claim(boxesOf(spot, width, style.size, spot.angle))) continue;
      this.write(entry.text, spot, spot.angle, style, font);
      this.named.set(entry.text, [...before, spot]);
      return;
    }
  },

  fits(entry, width) {
    if (!entry.room) return true;
    const perDegree = (256 * 2 ** this._map.getZoom()) / 360;
    return width <= entry.room * perDegree * 1.25;
  },

  claim(boxes) {
    if (boxes.some((box) => this.taken.some((other) => meet(box, other)))) return false;
    this.taken.push(...boxes);
    return true;
  },

  width(text, font) {
    const key = font + text;
    if (!this.widths.has(key)) {
      this._ctx.font = font;
      this.widths.set(key, this._ctx.measureText(text).width);
    }
    return this.widths.get(key);
  },

  write(text, { x, y }, angle, style, font) {
    const ctx = this._ctx;
    ctx.save();
    ctx.translate(x, y);
    ctx.rotate(angle);
    ctx.font = font;
    ctx.lineWidth = 3.5;
    ctx.strokeStyle = "rgba(255, 255, 255, 0.92)";
    ctx.strokeText(text, 0, 0);
    ctx.fillStyle = style.color;
    ctx.fillText(text, 0, 0);
    ctx.restore();
  },

  mark({ x, y }, radius, style, kind) {
    const ctx = this._ctx;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = style.color;
    ctx.strokeStyle = "#ffffff";
    ctx.lineWidth = 2;
    ctx.stroke();
    ctx.fill();
    if (kind !== "centre") return;
    ctx.font = `600 10px ${this.family}`;
    ctx.fillStyle = "#ffffff";
    ctx.fillText("党", x, y + 0.5);
  },
});
