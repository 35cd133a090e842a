/**
 * Small sums on GeoJSON geometries, in degrees: enough to draw and to place a label, never to decide.
 * Where a point belongs is the server's answer.
 */

/** The polygons of a Polygon or MultiPolygon, each a list of rings; none for anything else. */
export function polygonsOf(geometry) {
  if (geometry?.type === "Polygon") return [geometry.coordinates];
  return geometry?.type === "MultiPolygon" ? geometry.coordinates : [];
}

/** The lines of a LineString or MultiLineString. */
export function linesOf(geometry) {
  if (geometry?.type === "LineString") return [geometry.coordinates];
  return geometry?.type === "MultiLineString" ? geometry.coordinates : [];
}

/** [lon, lat] as Leaflet's [lat, lon]. */
export const turned = ([lon, lat]) => [lat, lon];

function ringArea(ring) {
  let twice = 0;
  for (let i = 1; i < ring.length; i += 1) twice += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  return twice / 2;
}

/**
 * A polygon's rings for Leaflet, outer ring one way and holes the other. Many polygons can then be
 * filled in one path by the non-zero rule, and where two overlap there is no hole.
 */
export function woundRings(polygon) {
  return polygon.map((ring, i) => {
    const outward = ringArea(ring) > 0 === (i === 0);
    return (outward ? ring : [...ring].reverse()).map(turned);
  });
}

/** [west, south, east, north] of a list of rings or lines. */
export function extent(lists) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of lists.flat()) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

/** Where a horizontal line at `lat` enters and leaves the rings, west to east. */
function crossings(rings, lat) {
  const at = [];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) {
      const [[lon1, lat1], [lon2, lat2]] = [ring[i - 1], ring[i]];
      if (lat1 > lat !== lat2 > lat) at.push(lon1 + ((lat - lat1) * (lon2 - lon1)) / (lat2 - lat1));
    }
  }
  return at.sort((a, b) => a - b);
}

/**
 * A point inside a polygon with room for words: the middle of the longest run on three horizontal
 * lines. Returns {lon, lat, width} (width in degrees), or null for a polygon without area.
 */
export function labelPoint(polygon) {
  const [, south, , north] = extent(polygon);
  let best = null;
  for (const part of [0.5, 0.38, 0.62]) {
    const lat = south + (north - south) * part;
    const at = crossings(polygon, lat);
    for (let i = 0; i + 1 < at.length; i += 2) {
      const width = at[i + 1] - at[i];
      if (!best || width > best.width * 1.15) best = { lon: (at[i] + at[i + 1]) / 2, lat, width };
    }
  }
  return best;
}

/** The label point of a geometry's largest polygon; a point's own place; null for lines. */
export function middleOf(geometry) {
  if (geometry?.type === "Point") return { lon: geometry.coordinates[0], lat: geometry.coordinates[1], width: 0 };
  const largest = polygonsOf(geometry).sort((a, b) => Math.abs(ringArea(b[0])) - Math.abs(ringArea(a[0])))[0];
  return largest ? labelPoint(largest) : null;
}

/**
 * The edges of areas that tile, each drawn once: neighbours share an edge, and two dashed lines on
 * top of one another are no dashes. Returns lines of [lon, lat], as long as they can be.
 */
export function sharedEdges(features) {
  const seen = new Set();
  const lines = [];
  const unseen = (a, b) => {
    const key = a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]) ? `${a}|${b}` : `${b}|${a}`;
    return !seen.has(key) && seen.add(key);
  };
  for (const ring of features.flatMap((feature) => polygonsOf(feature.geometry)).flat()) {
    let line = [];
    for (let i = 1; i < ring.length; i += 1) {
      if (unseen(ring[i - 1], ring[i])) {
        if (!line.length) line.push(ring[i - 1]);
        line.push(ring[i]);
      } else if (line.length) {
        lines.push(line);
        line = [];
      }
    }
    if (line.length) lines.push(line);
  }
  return lines;
}

/** Column and row (XYZ, as for web map tiles) of the tile that holds a point. */
export function tileOf(lon, lat, zoom) {
  const n = 2 ** zoom;
  const sine = Math.sin((lat * Math.PI) / 180);
  return {
    x: Math.floor(((lon + 180) / 360) * n),
    y: Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * n),
  };
}
