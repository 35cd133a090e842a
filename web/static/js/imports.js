/** The form that takes a file: shows how much of it is on its way, and a refusal without losing the page. */

import { t } from "./strings.js";

const form = document.getElementById("send");
const bar = document.getElementById("progress");
const words = document.getElementById("progress-words");
const refusal = document.getElementById("refusal");
const button = form.querySelector("button");

function busy(is) {
  button.disabled = is;
  bar.hidden = !is;
  if (!is) words.textContent = "";
}

function refuse(body, status) {
  busy(false);
  refusal.textContent = [body.message || t("failed", { status }), body.hint].filter(Boolean).join(" ");
  refusal.hidden = false;
  refusal.scrollIntoView({ block: "nearest" });
}

function bodyOf(call) {
  try {
    return JSON.parse(call.responseText);
  } catch {
    return {}; // not JSON: a proxy answered; the status is all there is
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  refusal.hidden = true;
  busy(true);
  const call = new XMLHttpRequest();
  call.open("POST", form.getAttribute("action") || location.pathname);
  call.setRequestHeader("Accept", "application/json");
  call.setRequestHeader("Accept-Language", document.documentElement.lang);
  call.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = total ? Math.floor((100 * loaded) / total) : 0;
    bar.value = percent;
    words.textContent = percent < 100 ? t("sending", { percent }) : t("reading");
  });
  call.addEventListener("load", () => {
    const body = bodyOf(call);
    if (call.status === 200 && body.location) location.assign(body.location);
    else refuse(body, call.status);
  });
  call.addEventListener("error", () => refuse({ message: t("offline"), hint: t("offline_hint") }, 0));
  call.send(new FormData(form));
});
window.addEventListener("pageshow", () => busy(false));
document.body.dataset.ready = "imports";
