/**
 * A plan on the map: the grids' ground softly in their colours, their buildings strongly, outlines
 * dark. One canvas (Leaflet's own renderer, so that it moves and zooms with the map) draws all; a
 * stroke of the brush repaints only the piece that it touched.
 */

const PATH_OF = 32; // buildings drawn as one path, see buildings.js
const NEAR = 40; // px around what changed that is repainted: outlines, and houses that stand over
const SKIP = 0.7; // px: points nearer than this to the one before are left out
const PIECES_FROM = 16.5; // zoom from which the pieces themselves are outlined
const HOUSE_EDGES_FROM = 16;
const WIDE_LINES_FROM = 15;
const LINES_OF = 64; // borders stroked as one path
const SOFT = 0.2; // how much of its colour the ground of a grid has
const CHOSEN = 0.38;
const INK = "#1b2430";
const RED = "#b8141f";

export const PlanCanvas = L.Canvas.extend({
  /** `options`: mesh, palette [{fill, ink}], colour (row to palette), houses (PlanBuildings), homes (community of each atom). */
  initialize(options) {
    L.Canvas.prototype.initialize.call(this, options);
    this.look = { cover: null, paint: null, marked: null, faint: false, locked: null };
  },

  /** Change what is shown: cover, paint (row), marked and locked (Sets of atoms), faint (only what is marked in colour). */
  show(changes) {
    Object.assign(this.look, changes);
    this.repaint();
  },

  repaint() {
    if (this._map && this._ctx && !this._map._animatingZoom) {
      this._redrawBounds = null;
      this.askFrame();
    }
  },

  /** Atoms have changed: paint their surroundings anew in the next frame. */
  touch(atoms) {
    if (!atoms.length || !this._map || !this._ctx) return;
    const [x1, y1, x2, y2] = this.options.mesh.boxOf(atoms);
    const { k, dx, dy } = this.lie();
    const piece = L.bounds([x1 * k + dx - NEAR, y1 * k + dy - NEAR], [x2 * k + dx + NEAR, y2 * k + dy + NEAR]);
    if (this.frame && !this._redrawBounds) return; // all is to be painted anyway
    this._redrawBounds = this._redrawBounds ? this._redrawBounds.extend(piece.min).extend(piece.max) : piece;
    this.askFrame();
  },

  askFrame() {
    this.frame = this.frame || L.Util.requestAnimFrame(() => {
      this.frame = null;
      if (this._map && !this._map._animatingZoom) this._redraw();
    });
  },

  lie() {
    return this.options.mesh.lieOn(this._map);
  },

  /** Leaflet draws a canvas anew after every move; this one only when the view leaves what is drawn. */
  _update() {
    const [zoom, origin] = [this._map.getZoom(), this._map.getPixelOrigin()];
    const { drawn } = this;
    if (this._bounds && drawn?.zoom === zoom && drawn.origin.equals(origin)) {
      const view = L.bounds(this._map.containerPointToLayerPoint([0, 0]), this._map.containerPointToLayerPoint(this._map.getSize()));
      if (this._bounds.contains(view)) return;
    }
    this.drawn = { zoom, origin };
    L.Canvas.prototype._update.call(this);
  },

  _draw() {
    if (!this.look.cover || !this._bounds) return;
    const piece = this._redrawBounds ?? this._bounds;
    const ctx = this._ctx;
    ctx.save();
    ctx.beginPath();
    ctx.rect(piece.min.x, piece.min.y, piece.max.x - piece.min.x, piece.max.y - piece.min.y);
    ctx.clip();
    this.drawCover(piece, this.look.cover);
    ctx.restore();
  },

  drawCover(piece, cover) {
    this.at = this.lie();
    this.piece = piece;
    const atoms = this.atomsIn(piece);
    const rows = new Map(); // row -> its atoms here
    for (const atom of atoms) {
      const row = cover.rows[atom];
      if (!rows.has(row)) rows.set(row, []);
      rows.get(row).push(atom);
    }
    for (const row of rows.keys()) this.fillGround(cover, row);
    if (this._map.getZoom() >= PIECES_FROM) this.outlinePieces(atoms);
    this.drawHouses(rows);
    this.markPieces(atoms);
    this.outlineGrids(cover, atoms);
    this.outlineCommunities(atoms);
    if (rows.has(this.look.paint)) this.outlinePaint(cover);
  },

  atomsIn({ min, max }) {
    const { k, dx, dy } = this.at;
    return this.options.mesh.within((min.x - NEAR - dx) / k, (min.y - NEAR - dy) / k, (max.x + NEAR - dx) / k, (max.y + NEAR - dy) / k);
  },

  colourOf(row) {
    return this.options.palette[this.options.colour.get(row) ?? -1] ?? { fill: "#8b97a7", ink: "#ffffff" };
  },

  /** Trace rings of mesh vertices; points that would fall on one another are skipped. */
  trace(rings, closed = true) {
    const { x, y } = this.options.mesh;
    const { k, dx, dy } = this.at;
    const ctx = this._ctx;
    for (const ring of rings) {
      let [lastX, lastY] = [x[ring[0]] * k + dx, y[ring[0]] * k + dy];
      const [firstX, firstY] = [lastX, lastY];
      ctx.moveTo(lastX, lastY);
      for (let i = 1; i < ring.length; i += 1) {
        const [px, py] = [x[ring[i]] * k + dx, y[ring[i]] * k + dy];
        if (Math.abs(px - lastX) < SKIP && Math.abs(py - lastY) < SKIP) continue;
        ctx.lineTo(px, py);
        [lastX, lastY] = [px, py];
      }
      if (closed) ctx.lineTo(firstX, firstY);
    }
  },

  fillGround(cover, row) {
    const ctx = this._ctx;
    ctx.beginPath();
    this.trace(cover.outline(row).rings);
    ctx.globalAlpha = row === this.look.paint ? CHOSEN : SOFT;
    ctx.fillStyle = row < 0 ? RED : this.colourOf(row).fill;
    ctx.fill();
    ctx.globalAlpha = 1;
    if (row < 0) {
      ctx.fillStyle = this.stripes(RED);
      ctx.fill();
    }
  },

  ringsOf(atom) {
    const { mesh } = this.options;
    const found = [];
    for (let ring = mesh.atomRings[atom]; ring < mesh.atomRings[atom + 1]; ring += 1) {
      found.push(mesh.run.subarray(mesh.ringStarts[ring], mesh.ringStarts[ring + 1]));
    }
    return found;
  },

  outlinePieces(atoms) {
    const ctx = this._ctx;
    ctx.beginPath();
    for (const atom of atoms) this.trace(this.ringsOf(atom));
    this.stroke("rgba(255, 255, 255, 0.85)", 1);
  },

  /** Houses in their grid's colour, PATH_OF to a path. */
  drawHouses(rows) {
    const { byAtom } = this.options.houses ?? {};
    if (!byAtom) return;
    const edges = this._map.getZoom() >= HOUSE_EDGES_FROM;
    const { faint, marked } = this.look;
    for (const [row, atoms] of rows) {
      for (const dim of faint ? [true, false] : [false]) {
        const houses = [];
        for (const atom of atoms) if (!faint || dim !== marked.has(atom)) houses.push(...(byAtom.get(atom) ?? []));
        for (let i = 0; i < houses.length; i += PATH_OF) this.drawSome(houses.slice(i, i + PATH_OF), row, dim, edges);
      }
    }
  },

  drawSome(houses, row, dim, edges) {
    const ctx = this._ctx;
    const { k, dx, dy } = this.at;
    ctx.beginPath();
    for (const ring of houses) {
      let [lastX, lastY] = [ring[0] * k + dx, ring[1] * k + dy];
      ctx.moveTo(lastX, lastY);
      for (let i = 2; i < ring.length; i += 2) {
        const [px, py] = [ring[i] * k + dx, ring[i + 1] * k + dy];
        if (Math.abs(px - lastX) < SKIP && Math.abs(py - lastY) < SKIP) continue;
        ctx.lineTo(px, py);
        [lastX, lastY] = [px, py];
      }
      if (edges) ctx.lineTo(ring[0] * k + dx, ring[1] * k + dy);
    }
    ctx.fillStyle = dim ? "#c9d0d9" : row < 0 ? RED : this.colourOf(row).fill;
    ctx.fill();
    if (edges) this.stroke("rgba(27, 36, 48, 0.45)", 1);
  },

  /** Stripes on what has moved, dots on what is locked. */
  markPieces(atoms) {
    const { marked, locked } = this.look;
    const ctx = this._ctx;
    const fill = (chosen, style) => {
      if (!chosen.length) return;
      ctx.beginPath();
      for (const atom of chosen) this.trace(this.ringsOf(atom));
      ctx.fillStyle = style;
      ctx.fill();
    };
    if (marked) fill(atoms.filter((atom) => marked.has(atom)), this.stripes(INK));
    if (locked?.size) fill(atoms.filter((atom) => locked.has(atom)), this.dots());
  },

  stripes(colour) {
    this.patterns ??= new Map();
    if (!this.patterns.has(colour)) {
      this.patterns.set(colour, this.pattern(10, (ctx) => {
        ctx.strokeStyle = colour;
        ctx.globalAlpha = 0.55;
        ctx.lineWidth = 1.6;
        ctx.beginPath();
        for (const by of [-10, 0, 10]) {
          ctx.moveTo(by - 2, 12);
          ctx.lineTo(by + 12, -2);
        }
        ctx.stroke();
      }));
    }
    return this.patterns.get(colour);
  },

  dots() {
    this.dotted ??= this.pattern(8, (ctx) => {
      ctx.fillStyle = INK;
      ctx.globalAlpha = 0.7;
      ctx.fillRect(3, 3, 2, 2);
    });
    return this.dotted;
  },

  pattern(size, draw) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = size;
    draw(tile.getContext("2d"));
    return this._ctx.createPattern(tile, "repeat");
  },

  /**
   * Borders of grids. Without a GPU a line of one pixel costs a tenth of a wider one: over a whole county
   * two thin lines beside one another stand for a thick one.
   */
  outlineGrids(cover, atoms) {
    const ctx = this._ctx;
    const lines = this.options.mesh.borders(atoms, cover.rows);
    const near = this._map.getZoom() >= WIDE_LINES_FROM;
    for (let i = 0; i < lines.length; i += LINES_OF) {
      ctx.beginPath();
      this.trace(lines.slice(i, i + LINES_OF), false);
      if (near) {
        this.stroke("rgba(255, 255, 255, 0.75)", 3.5);
        this.stroke(INK, 1.8);
      } else {
        this.stroke(INK, 1);
        ctx.translate(0.6, 0.6);
        this.stroke(INK, 1);
        ctx.translate(-0.6, -0.6);
      }
    }
  },

  outlineCommunities(atoms) {
    const lines = this.options.mesh.borders(atoms, this.options.homes);
    for (let i = 0; i < lines.length; i += LINES_OF) {
      this._ctx.beginPath();
      this.trace(lines.slice(i, i + LINES_OF), false);
      this.stroke(INK, 3);
    }
  },

  outlinePaint(cover) {
    const ctx = this._ctx;
    ctx.beginPath();
    this.trace(cover.outline(this.look.paint).rings);
    this.stroke("#ffffff", 7);
    this.stroke(this.colourOf(this.look.paint).fill, 4);
    this.stroke(INK, 1);
  },

  stroke(colour, width) {
    const ctx = this._ctx;
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.lineJoin = "bevel";
    ctx.stroke();
  },
});
