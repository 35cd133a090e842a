/**
 * The bell of every page: how many messages are unread, asked every half minute while somebody is
 * there. Asking keeps a session alive, so it stops when nobody has touched the page for a while.
 */

import { getJSON } from "./api.js";
import { t } from "./strings.js";

const EVERY_MS = 30_000;
const AWAY_MS = 30 * 60_000;
const MOST_SHOWN = 99;

const bells = document.querySelectorAll("[data-bell]");
const news = document.querySelector("[data-inbox-new]");
let touched = Date.now();
let timer = null;

function show(unread) {
  for (const bell of bells) {
    const count = bell.querySelector("[data-unread]");
    count.textContent = unread > MOST_SHOWN ? `${MOST_SHOWN}+` : String(unread);
    count.hidden = unread === 0;
    bell.setAttribute("aria-label", unread ? t("inbox_unread", { n: unread }) : t("inbox_none"));
  }
  if (news) news.hidden = unread <= Number(news.dataset.inboxNew);
}

async function ask() {
  if (document.visibilityState === "hidden" || Date.now() - touched > AWAY_MS) return;
  try {
    const { unread } = await getJSON("/inbox/unread");
    show(unread);
  } catch (problem) {
    if (problem.status === 401) clearInterval(timer);
  }
}

for (const kind of ["pointerdown", "keydown", "scroll"]) {
  addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
}
document.addEventListener("visibilitychange", ask);
timer = setInterval(ask, EVERY_MS);
ask();
