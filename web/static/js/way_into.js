/**
 * Where to put the pin when a person says 'that grid': as little way as possible into it. The server
 * then says whose the new point is; nothing is decided here.
 */

import { middleOf, polygonsOf } from "./geometry.js";

const INSIDE_M = 2;
const METRES_PER_DEGREE = 111_320;
const HALVINGS = 24;

function holds(geometry, lon, lat) {
  let inside = false;
  for (const ring of polygonsOf(geometry).flat()) {
    for (let i = 1; i < ring.length; i += 1) {
      const [[lon1, lat1], [lon2, lat2]] = [ring[i - 1], ring[i]];
      const crosses = lat1 > lat !== lat2 > lat && lon < lon1 + ((lat - lat1) * (lon2 - lon1)) / (lat2 - lat1);
      if (crosses) inside = !inside;
    }
  }
  return inside;
}

/** A point {lon, lat} just inside an area, on the straight way from a point to the area's middle. */
export function wayInto(geometry, { lon, lat }) {
  const goal = middleOf(geometry);
  const at = (share) => ({ lon: lon + (goal.lon - lon) * share, lat: lat + (goal.lat - lat) * share });
  let [outside, inside] = [0, 1];
  for (let i = 0; i < HALVINGS; i += 1) {
    const half = (outside + inside) / 2;
    const point = at(half);
    if (holds(geometry, point.lon, point.lat)) inside = half;
    else outside = half;
  }
  const whole = Math.hypot(goal.lon - lon, goal.lat - lat) * METRES_PER_DEGREE;
  return at(Math.min(1, inside + INSIDE_M / Math.max(whole, INSIDE_M)));
}
