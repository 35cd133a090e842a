/** A centre's page: the houses that it serves, coloured by how far the way to it is along roads. */

import { getJSON, toastProblem } from "./api.js";
import { CentresMap } from "./centres_map.js";

const COLOURS = ["#1a7446", "#8a9a1a", "#d98a2b", "#b8141f"]; // as .ring-1 to .ring-4 in centres.css
const LEAST_PX = 3;

for (const bar of document.querySelectorAll(".rings [data-share]")) bar.style.width = `${bar.dataset.share}%`;

function ringOf(metres, rings) {
  const found = rings.findIndex((limit) => metres <= limit);
  return found < 0 ? rings.length : found;
}

async function start() {
  const county = new CentresMap({ failed: toastProblem });
  const code = encodeURIComponent(document.getElementById("main").dataset.code);
  const [{ bbox }, reach] = await Promise.all([getJSON("/api/v1/county"), getJSON(`/centres/${code}/reach.json`)]);
  const [lon, lat] = reach.centre;
  const renderer = L.canvas({ pane: "overlayPane", padding: 0.35 });
  for (const [x, y, metres, households] of reach.homes) {
    const colour = COLOURS[ringOf(metres, reach.rings)];
    const radius = LEAST_PX + Math.min(4, Math.sqrt(households) / 4);
    L.circleMarker([y, x], { renderer, radius, stroke: true, weight: 1, color: "#fff", fillColor: colour, fillOpacity: 0.9, interactive: false }).addTo(county.map);
  }
  county.dot({ lon, lat, name: document.querySelector("h1").textContent, tone: "red" });
  const spots = [[lon, lat], ...reach.homes];
  const west = Math.min(...spots.map(([x]) => x)), east = Math.max(...spots.map(([x]) => x));
  const south = Math.min(...spots.map(([, y]) => y)), north = Math.max(...spots.map(([, y]) => y));
  county.map.fitBounds([[south, west], [north, east]], { padding: [24, 24], maxZoom: 17, animate: false });
  await county.load(null, bbox);
  document.body.dataset.ready = "centre";
}

start().catch(toastProblem);
