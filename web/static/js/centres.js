/**
 * The list of centres beside its map: a dot lights its card, the box leaves those that are open.
 */

import { getJSON, toastProblem } from "./api.js";
import { CentresMap } from "./centres_map.js";
import { sortsByDistance } from "./centres_near.js";

const $ = (id) => document.getElementById(id);
const cards = [...$("centres").querySelectorAll("[data-code]")];
const dots = new Map();

function light(card) {
  for (const one of cards) one.classList.toggle("lit", one === card);
  for (const [code, dot] of dots) dot.getElement()?.classList.toggle("lit", code === card.dataset.code);
  card.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function onlyOpen() {
  const only = $("only-open").checked;
  for (const card of cards) card.hidden = only && !("open" in card.dataset);
  $("none-open").hidden = cards.some((card) => !card.hidden) || !cards.length;
}

const county = new CentresMap({ failed: toastProblem });

async function start() {
  for (const card of cards) {
    const { code, lon, lat, name, tone } = card.dataset;
    dots.set(code, county.dot({ lon: +lon, lat: +lat, name, tone }, () => light(card)));
  }
  sortsByDistance(({ lon, lat, accuracy }) => county.here(lon, lat, accuracy));
  $("only-open").addEventListener("change", onlyOpen);
  const { bbox } = await getJSON("/api/v1/county");
  const [west, south, east, north] = bbox;
  county.map.fitBounds([[south, west], [north, east]], { padding: [8, 8], animate: false });
  await county.load(null, bbox);
  document.body.dataset.ready = "centres";
}

start().catch(toastProblem);
