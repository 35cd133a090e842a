/** A checked file on the map: features by what becomes of them; a problem and its spot open each other. */

import { getJSON, toastProblem } from "./api.js";
import { CountyMap } from "./map.js";

const COLORS = { error: "#b8141f", warning: "#d98200", new: "#1a7446", changed: "#1d5bb8", same: "#8b97a8" };
const ORDER = ["same", "new", "changed", "warning", "error"]; // the last is drawn on top
const CLOSE = 18;

const holder = document.getElementById("imports-map");
const [west, south, east, north] = JSON.parse(holder.dataset.bbox);
const lines = [...document.querySelectorAll("li[data-spot]")];

const county = new CountyMap({ failed: toastProblem, layers: ["places", "water", "roads", "communities", "grids"] });
const { map } = county;
map.createPane("imports").style.zIndex = 430;
const renderer = L.canvas({ pane: "imports", padding: 0.3 });

function spotOf(line) {
  const [lon, lat] = JSON.parse(line.dataset.spot);
  return [lat, lon];
}

function light(line) {
  for (const other of lines) other.classList.toggle("lit", other === line);
}

function markOf(line) {
  const color = COLORS[line.classList.contains("error") ? "error" : "warning"];
  const mark = L.circleMarker(spotOf(line), { renderer, pane: "imports", radius: 8, color: "#fff", weight: 2, fillColor: color, fillOpacity: 1, bubblingMouseEvents: false });
  mark.on("click", () => {
    light(line);
    line.scrollIntoView({ block: "center", behavior: "smooth" });
  });
  return mark;
}

function styleOf(feature) {
  const color = COLORS[feature.properties.fate];
  return { renderer, pane: "imports", interactive: false, color, weight: 2, fillColor: color, fillOpacity: 0.3 };
}

function draw(features) {
  const ordered = [...features].sort((a, b) => ORDER.indexOf(a.properties.fate) - ORDER.indexOf(b.properties.fate));
  return L.geoJSON(ordered, { style: styleOf, pointToLayer: (feature, at) => L.circleMarker(at, { ...styleOf(feature), radius: 5 }) }).addTo(map);
}

function fit(bounds) {
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [24, 24], maxZoom: CLOSE, animate: false });
}

const marks = L.featureGroup(lines.map(markOf)).addTo(map);
for (const line of lines) {
  line.querySelector("[data-zoom]").addEventListener("click", () => {
    light(line);
    map.setView(spotOf(line), CLOSE, { animate: false });
    holder.scrollIntoView({ block: "nearest" });
  });
}

fit(L.latLngBounds([[south, west], [north, east]]));
async function show() {
  try {
    const ground = "county" in holder.dataset ? county.load(null, [west, south, east, north]) : null;
    if (holder.dataset.shapes) {
      const { features } = await getJSON(holder.dataset.shapes);
      const drawn = draw(features);
      marks.bringToFront();
      fit(drawn.getBounds().isValid() ? drawn.getBounds() : marks.getBounds());
    } else if (lines.length) fit(marks.getBounds());
    await ground;
  } catch (problem) {
    toastProblem(problem);
  }
  document.body.dataset.ready = "imports";
}

show();
