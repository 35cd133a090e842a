/**
 * The tracking page: what was reported from this device, and what still waits here to be sent.
 */

import { toast } from "./api.js";
import { el, icon } from "./dom.js";
import { mine, remember, trackAddress } from "./mine.js";
import { Outbox } from "./outbox.js";
import { outboxNotice } from "./sent.js";
import { language, t } from "./strings.js";

const dayOf = new Intl.DateTimeFormat(language === "en" ? "en-US" : "zh-CN", { dateStyle: "long", timeZone: "Asia/Shanghai" });
const $ = (id) => document.getElementById(id);

function listMine() {
  const here = location.pathname;
  const others = mine().filter(({ number }) => here !== `/track/${encodeURIComponent(number)}`);
  $("mine").hidden = !others.length;
  $("mine-list").replaceChildren(
    ...others.map(({ number, key, at, category }) =>
      el(
        "li",
        {},
        el(
          "a",
          { class: "row row-button", href: trackAddress({ number, key }) },
          el("span", { class: "row-text" }, el("b", {}, category), el("small", {}, `${number} · ${dayOf.format(new Date(at))}`)),
          icon("right"),
        ),
      ),
    ),
  );
}

const outbox = new Outbox({
  changed: (entries) => {
    const nodes = outboxNotice(entries, { now: () => outbox.flush(), drop: ({ key }) => outbox.take(key) });
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
    await navigator.clipboard.writeText(location.href);
    toast(t("link_copied"), "good");
  });
}
listMine();
outbox.flush();
