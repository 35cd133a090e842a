/** The centre's screen: a new code every half minute; without a network it says that it has expired. */

import { getJSON } from "./api.js";
import { t } from "./strings.js";

const $ = (id) => document.getElementById(id);
const { code, seconds } = $("main").dataset;
let left = Number(seconds);

async function renew() {
  try {
    const shown = await getJSON(`/centres/${encodeURIComponent(code)}/screen.json`);
    $("picture").src = shown.picture;
    $("code").textContent = shown.code;
    left = shown.seconds;
    $("stopped").hidden = true;
  } catch {
    $("stopped").hidden = false;
    left = 5;
  }
}

setInterval(() => {
  left -= 1;
  if (left <= 0) renew();
  else $("left").textContent = t("changes_in", { n: left });
}, 1000);
