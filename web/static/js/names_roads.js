/** Roads on edges between grids: the ones somebody answers for and the others; a line and its entry open each other. */

import { getJSON, toastProblem } from "./api.js";
import { CountyMap } from "./map.js";

const CHOSEN = { color: "#1a7446", weight: 6, opacity: 0.9 };
const OPEN = { color: "#c77700", weight: 6, opacity: 0.9 };
const LIT = { color: "#b8141f", weight: 9, opacity: 1 };

class RoadsMap extends CountyMap {
  constructor(picked) {
    super({ buildings: false, failed: toastProblem, layers: ["places", "water", "roads", "communities", "grids"] });
    this.picked = picked;
    this.paths = new Map();
    this.edges = L.layerGroup().addTo(this.map);
  }

  show(edges) {
    const roads = new Map((this.features.roads ?? []).map((feature) => [feature.properties.code ?? feature.id, feature]));
    for (const { code, chosen } of edges) {
      const feature = roads.get(code);
      if (!feature) continue;
      const style = chosen ? CHOSEN : OPEN;
      const path = L.polyline(this.lines([feature]), { ...style, bubblingMouseEvents: false }).addTo(this.edges);
      path.on("click", () => this.picked(code));
      this.paths.set(code, { path, style });
    }
  }

  light(code) {
    for (const { path, style } of this.paths.values()) path.setStyle(style);
    const found = this.paths.get(code);
    if (!found) return;
    found.path.setStyle(LIT).bringToFront();
    this.map.fitBounds(found.path.getBounds(), { maxZoom: 16, padding: [60, 60] });
  }
}

const entry = (code) => document.querySelector(`details[data-road="${CSS.escape(code)}"]`);

const roads = new RoadsMap((code) => {
  const found = entry(code);
  if (!found) return;
  found.open = true;
  found.scrollIntoView({ block: "nearest", behavior: "smooth" });
});

for (const details of document.querySelectorAll("details[data-road]")) {
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    for (const other of document.querySelectorAll("details[data-road][open]")) other.open = other === details;
    roads.light(details.dataset.road);
  });
}

try {
  const { bbox } = await getJSON("/api/v1/county");
  const [west, south, east, north] = bbox;
  roads.map.fitBounds([[south, west], [north, east]], { padding: [8, 8], animate: false });
  const [edges] = await Promise.all([getJSON("/names/roads/lines"), roads.load(null, bbox)]);
  roads.show(edges);
} catch (problem) {
  toastProblem(problem);
}
const aimed = location.hash.startsWith("#road-") ? entry(decodeURIComponent(location.hash.slice(6))) : document.querySelector("details[data-road][open]");
if (aimed?.open) roads.light(aimed.dataset.road);
else if (aimed) aimed.open = true;
document.body.dataset.ready = "names";
