/** Warnings of party life on the map: a dot a building, red for groups under the norm, blue for members who belong elsewhere. */

import { getJSON, toastProblem } from "./api.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const STYLES = {
  small: { radius: 7, color: "#fff", weight: 2, fillColor: "#b8141f", fillOpacity: 0.95 },
  apart: { radius: 6, color: "#fff", weight: 2, fillColor: "#1d5bb8", fillOpacity: 0.9 },
};

try {
  const { bbox } = await getJSON("/api/v1/county");
  const [west, south, east, north] = bbox;
  const map = new CountyMap({ buildings: false, failed: toastProblem, layers: ["places", "water", "roads", "communities", "grids"] });
  map.map.fitBounds([[south, west], [north, east]], { padding: [8, 8], animate: false });
  const [spots] = await Promise.all([getJSON("/party-life/warnings/spots"), map.load(null, bbox)]);
  const dots = L.featureGroup().addTo(map.map);
  for (const spot of spots) {
    const words = document.createElement("span");
    words.textContent = t(spot.kind, spot);
    L.circleMarker([spot.lat, spot.lon], STYLES[spot.kind]).bindPopup(words).addTo(dots);
  }
  if (spots.length) map.map.fitBounds(dots.getBounds(), { padding: [30, 30], maxZoom: 16, animate: false });
} catch (problem) {
  toastProblem(problem);
}
document.body.dataset.ready = "party";
