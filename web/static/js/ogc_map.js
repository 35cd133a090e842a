/** A page of features on the map: a row and its feature open each other. */

import { getJSON, toastProblem } from "./api.js";
import { CountyMap } from "./map.js";

const RED = "#b8141f";
const CLOSE = 18;
const PLAIN = { color: RED, weight: 2, fillColor: RED, fillOpacity: 0.12 };
const LIT = { color: RED, weight: 4, fillColor: RED, fillOpacity: 0.35 };

const holder = document.getElementById("ogc-map");
const [west, south, east, north] = JSON.parse(holder.dataset.bbox);
const rows = new Map([...document.querySelectorAll("tr[data-code]")].map((row) => [row.dataset.code, row]));
const shapes = new Map();

const county = new CountyMap({ failed: toastProblem, layers: ["places", "water", "roads", "communities"] });
const { map } = county;
map.createPane("features").style.zIndex = 430;
const renderer = L.canvas({ pane: "features", padding: 0.3, tolerance: 6 });

function light(code) {
  for (const [other, row] of rows) row.classList.toggle("lit", other === code);
  for (const [other, shape] of shapes) shape.setStyle(other === code ? LIT : PLAIN);
  shapes.get(code)?.bringToFront();
}

function boundsOf(shape) {
  return shape.getBounds ? shape.getBounds() : L.latLngBounds([shape.getLatLng(), shape.getLatLng()]);
}

function fit(bounds) {
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [24, 24], maxZoom: CLOSE, animate: false });
}

function keep(feature, shape) {
  const code = String(feature.id);
  shapes.set(code, shape);
  shape.on("click", () => {
    light(code);
    rows.get(code)?.scrollIntoView({ block: "center", behavior: "smooth" });
  });
}

for (const [code, row] of rows) {
  row.addEventListener("click", () => {
    const shape = shapes.get(code);
    if (!shape) return;
    light(code);
    fit(boundsOf(shape));
  });
}

fit(L.latLngBounds([[south, west], [north, east]]));
async function show() {
  try {
    const ground = "county" in holder.dataset ? county.load(holder.dataset.day, [west, south, east, north]) : null;
    const found = await getJSON(holder.dataset.shapes);
    const features = (found.features ?? [found]).filter((feature) => feature.geometry);
    const drawn = L.geoJSON(features, {
      style: { ...PLAIN, renderer, pane: "features" },
      pointToLayer: (_, at) => L.circleMarker(at, { ...PLAIN, renderer, pane: "features", radius: 6, fillOpacity: 0.8 }),
      onEachFeature: keep,
    }).addTo(map);
    fit(drawn.getBounds());
    await ground;
  } catch (problem) {
    toastProblem(problem);
  }
  document.body.dataset.ready = "ogc";
}

show();
