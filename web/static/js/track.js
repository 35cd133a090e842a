/**
 * The tracking page: what was reported from this device, what still waits here to be sent, and a word of
 * warning before an answer is lost for want of a network.
 */

import { toast } from "./api.js";
import { registerWorker } from "./installed.js";
import { showKeptSteps } from "./kept_strip.js";
import { listMine, remember } from "./mine.js";
import { Outbox } from "./outbox.js";
import { outboxNotice } from "./sent.js";
import { t } from "./strings.js";

const $ = (id) => document.getElementById(id);

const outbox = new Outbox({
  changed: (entries) => {
    const nodes = outboxNotice(entries, { now: () => outbox.soon(), drop: ({ key }) => outbox.take(key) });
    $("outbox").replaceChildren(...nodes);
    $("outbox").hidden = !nodes.length;
  },
  delivered: ({ words }, answer) => {
    remember({ number: answer.number, key: answer.track_key, at: answer.filed_at, category: words });
    toast(t("arrived", answer), "good", 10);
    listMine();
  },
});

const copy = $("copy-link");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const address = new URL(location.href);
    address.searchParams.delete("said");
    await navigator.clipboard.writeText(address.href);
    toast(t("link_copied"), "good");
  });
}

/** A form sent into the void would take its words along. */
for (const form of document.querySelectorAll("main form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    toast(t("say_offline"), "bad", 10);
  });
}

listMine();
outbox.flush();
showKeptSteps($("kept")).flush();
registerWorker();
