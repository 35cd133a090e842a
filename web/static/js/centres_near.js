/** Sorts a list of centres by how far they are. The position is used on this device alone: it goes nowhere. */

import { toastProblem } from "./api.js";
import { wake } from "./dom.js";
import { whereAmI } from "./gps.js";
import { distanceText, t } from "./strings.js";

const METRES_A_DEGREE = 111_320;
const $ = (id) => document.getElementById(id);

function metresTo({ dataset: { lon, lat } }, here) {
  const east = (lon - here.lon) * Math.cos((here.lat * Math.PI) / 180);
  return Math.hypot(east, lat - here.lat) * METRES_A_DEGREE;
}

/** Sort the entries of `#centres` on a press of `#nearest`; `found(here)` hears where the device is. */
export function sortsByDistance(found = () => {}) {
  const list = $("centres");
  const entries = [...list.querySelectorAll("[data-lon]")];
  wake($("nearest"), async () => {
    $("nearest").classList.add("busy");
    try {
      const here = await whereAmI();
      const far = new Map(entries.map((entry) => [entry, metresTo(entry, here)]));
      list.append(...[...entries].sort((a, b) => far.get(a) - far.get(b)));
      for (const [entry, metres] of far) {
        const words = entry.querySelector("[data-far]");
        words.textContent = distanceText(metres);
        words.hidden = false;
      }
      $("near-note").textContent = t("sorted_near");
      $("near-note").hidden = false;
      found(here);
    } catch (problem) {
      toastProblem(problem);
    } finally {
      $("nearest").classList.remove("busy");
    }
  });
}
