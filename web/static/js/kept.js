/**
 * The page of what is kept on this phone: steps, door visits and reports that wait, the last list that was
 * seen, what was reported from here. It opens without a network.
 */

import { toast } from "./api.js";
import { el } from "./dom.js";
import { registerWorker } from "./installed.js";
import { showKeptSteps } from "./kept_strip.js";
import { showKeptVisits } from "./kept_visits.js";
import { lastQueue } from "./last_queue.js";
import { listMine, remember } from "./mine.js";
import { Outbox } from "./outbox.js";
import { outboxNotice } from "./sent.js";
import { language, t } from "./strings.js";

const $ = (id) => document.getElementById(id);
const momentOf = new Intl.DateTimeFormat(language === "en" ? "en-US" : "zh-CN", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" });

const counts = { steps: null, visits: null, reports: null };

function tellNone() {
  $("none-kept").hidden = Object.values(counts).some((count) => count !== 0);
}

const steps = showKeptSteps($("kept"), {
  changed: (entries) => {
    counts.steps = entries.length;
    tellNone();
  },
});

const visits = showKeptVisits($("visits"), {
  changed: (entries) => {
    counts.visits = entries.length;
    tellNone();
  },
});

const outbox = new Outbox({
  changed: (entries) => {
    const nodes = outboxNotice(entries, { now: () => outbox.soon(), drop: ({ key }) => outbox.take(key) });
    $("outbox").replaceChildren(...nodes);
    $("outbox").hidden = !nodes.length;
    counts.reports = entries.length;
    tellNone();
  },
  delivered: ({ words }, answer) => {
    remember({ number: answer.number, key: answer.track_key, at: answer.filed_at, category: words });
    toast(t("arrived", answer), "good", 10);
    listMine();
  },
});

function queueRow({ number, line, stage, badge }) {
  return el("li", { class: "row" }, el("span", { class: "row-text" }, el("b", {}, line), el("small", {}, number)), el("span", { class: badge }, stage));
}

async function showQueue() {
  const seen = await lastQueue();
  $("queue").hidden = !seen?.rows.length;
  if (!seen) return;
  $("queue-seen").textContent = t("queue_seen", { time: momentOf.format(new Date(seen.at)) });
  $("queue-list").replaceChildren(...seen.rows.map(queueRow));
}

function tellNetwork() {
  $("no-network").hidden = navigator.onLine;
}

/** Back to what was wanted: the service worker shows this page in its place. */
$("try-again").addEventListener("click", () => location.reload());
addEventListener("online", tellNetwork);
addEventListener("offline", tellNetwork);
tellNetwork();
listMine();
showQueue();
steps.flush();
visits.flush();
outbox.flush();
registerWorker();
