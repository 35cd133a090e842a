/** Check in by position: a key from the server first, then the position, then both together. */

import { post } from "./api.js";
import { wake } from "./dom.js";
import { whereAmI } from "./gps.js";
import { t } from "./strings.js";

const button = document.getElementById("here");
const said = document.getElementById("here-said");

async function checkIn() {
  const path = `/volunteers/activities/${document.getElementById("main").dataset.activity}`;
  const { lon, lat, accuracy } = await whereAmI();
  const { key } = await post(`${path}/challenge`, {});
  await post(`${path}/position`, { key, lon, lat, accuracy });
  window.location.assign(`${path}?said=here`);
}

wake(button, async () => {
  button.disabled = true;
  said.textContent = t("here_busy");
  try {
    await checkIn();
  } catch (problem) {
    said.textContent = [problem.message, problem.hint].filter(Boolean).join(" ");
    said.className = "fault";
    button.disabled = false;
    button.lastChild.textContent = t("here_again");
  }
});
