/** Checking in at a centre: a key from the server, the position at once, and nothing of it is kept. */

import { Problem, post, toast } from "./api.js";
import { wake } from "./dom.js";
import { whereAmI } from "./gps.js";
import { t } from "./strings.js";

const $ = (id) => document.getElementById(id);
const address = `/road/check-in/${encodeURIComponent($("main").dataset.code)}`;

async function checkIn() {
  const button = $("by-position");
  button.disabled = true;
  button.classList.add("busy");
  $("position-fault").hidden = true;
  try {
    const here = await whereAmI();
    const { key } = await post(`${address}/key`, {});
    const { first, href } = await post(`${address}/position`, { key, ...here });
    toast(t(first ? "here_now" : "here_before"), "good");
    location.assign(href);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    $("position-fault").textContent = [problem.message, problem.hint].filter(Boolean).join(" ");
    $("position-fault").hidden = false;
    button.disabled = false;
    button.classList.remove("busy");
  }
}

wake($("by-position"), checkIn);
$("by-code")?.requestSubmit(); // the code of the screen was scanned: that was the tap
