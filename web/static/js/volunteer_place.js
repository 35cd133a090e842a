/** The form of an activity: a tap on the map sets its place, the circle is where one may check in. */

import { getJSON, toastProblem } from "./api.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const form = document.querySelector("form.card");
const middles = JSON.parse(document.getElementById("middles").textContent);
const said = document.getElementById("spot-said");
const CLOSE = 17;
let circle = null;

function radius() {
  return Math.min(2000, Math.max(20, Number(form.elements.radius_m.value) || 150));
}

function put(map, lon, lat) {
  form.elements.lon.value = lon.toFixed(6);
  form.elements.lat.value = lat.toFixed(6);
  circle?.remove();
  circle = L.layerGroup([
    L.circle([lat, lon], { radius: radius(), color: "#b8141f", weight: 2, fillOpacity: 0.12, interactive: false }),
    L.circleMarker([lat, lon], { radius: 6, color: "#fff", weight: 2, fillColor: "#b8141f", fillOpacity: 1, interactive: false }),
  ]).addTo(map);
  said.textContent = t("spot_set");
  said.className = "hint";
}

async function start() {
  const county = new CountyMap({ failed: toastProblem, picked: (lon, lat) => put(county.map, lon, lat) });
  const { bbox } = await getJSON("/api/v1/county");
  const look = () => {
    const [lon, lat] = middles[form.elements.community.value] ?? [];
    if (lon) county.map.setView([lat, lon], CLOSE - 1, { animate: false });
  };
  form.elements.community.addEventListener("change", look);
  form.elements.radius_m.addEventListener("change", () => {
    if (form.elements.lon.value) put(county.map, Number(form.elements.lon.value), Number(form.elements.lat.value));
  });
  if (form.elements.lon.value) {
    const [lon, lat] = [Number(form.elements.lon.value), Number(form.elements.lat.value)];
    county.map.setView([lat, lon], CLOSE, { animate: false });
    put(county.map, lon, lat);
  } else look();
  form.addEventListener("submit", (event) => {
    if (form.elements.lon.value) return;
    event.preventDefault();
    said.textContent = t("spot_none");
    said.className = "fault";
    said.scrollIntoView({ block: "center" });
  });
  await county.load(null, bbox);
  document.body.dataset.ready = "place";
}

start().catch(toastProblem);
