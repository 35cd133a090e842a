/** Lists of activities: the nearest first. Where the phone is stays on the phone. */

import { toastProblem } from "./api.js";
import { whereAmI } from "./gps.js";
import { distanceText, t } from "./strings.js";

const METRES_PER_DEGREE = 111_320;

function metres(from, { lon, lat }) {
  const east = (lon - from.lon) * METRES_PER_DEGREE * Math.cos((from.lat * Math.PI) / 180);
  return Math.hypot(east, (lat - from.lat) * METRES_PER_DEGREE);
}

function sortNear(list, here) {
  const rows = [...list.querySelectorAll("li[data-lon]")].map((row) => ({
    row,
    away: metres(here, { lon: Number(row.dataset.lon), lat: Number(row.dataset.lat) }),
  }));
  rows.sort((a, b) => a.away - b.away);
  for (const { row, away } of rows) {
    const told = row.querySelector(".volunteer-away");
    told.textContent = ` · ${distanceText(away)}`;
    told.hidden = false;
    list.append(row);
  }
}

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
for (const button of document.querySelectorAll("[data-hide]")) button.hidden = true;

const near = document.getElementById("near");
if (near && "geolocation" in navigator) {
  near.hidden = false;
  near.addEventListener("click", async () => {
    near.disabled = true;
    near.lastChild.textContent = t("near_busy");
    try {
      const here = await whereAmI();
      for (const list of document.querySelectorAll("#activities [data-near-list]")) sortNear(list, here);
      near.lastChild.textContent = t("near_done");
    } catch (problem) {
      near.disabled = false;
      toastProblem(problem);
    }
  });
}

// a code that was scanned holds for a minute: send it without waiting for a press
document.querySelector("form[data-at-once]")?.requestSubmit();
