/** The organiser's screen: a new code every half minute, and who has come so far. */

import { getJSON } from "./api.js";
import { t } from "./strings.js";

const main = document.getElementById("main");
const picture = document.getElementById("qr");
const LOOK_S = 5; // how often to look who has come
let left = Number(main.dataset.seconds);
let sinceLook = 0;

function show({ picture: address, seconds, present, taken }) {
  picture.src = address;
  picture.classList.remove("stale");
  left = seconds;
  document.getElementById("people").textContent = t("screen_people", { n: present, m: taken });
}

async function tick() {
  left -= 1;
  sinceLook += 1;
  if (left <= 0 || sinceLook >= LOOK_S) {
    sinceLook = 0;
    try {
      show(await getJSON(main.dataset.code));
    } catch {
      if (left <= 0) picture.classList.add("stale"); // an old code is no code: try again in a moment
    }
  }
  document.getElementById("next").textContent = t("screen_next", { n: Math.max(0, left) });
}

if (picture) {
  setInterval(tick, 1000);
  navigator.wakeLock?.request("screen").catch(() => {}); // a screen that stays lit is a kindness, not a need
}
