/**
 * Reporting from the road with one hand: what, and send; the phone says where. It goes through the same
 * outbox as the report page, so that nothing is lost without a network.
 */

import { getJSON, toast, toastProblem } from "./api.js";
import { whereAmI } from "./gps.js";
import { registerWorker } from "./installed.js";
import { remember } from "./mine.js";
import { Outbox } from "./outbox.js";
import { shrunk } from "./photos.js";
import { keptCard, outboxNotice, sentCard } from "./sent.js";
import { t } from "./strings.js";

const VAGUE_M = 500; // less sure than this is no place
const $ = (id) => document.getElementById(id);

class RoadPage {
  constructor() {
    this.place = null;
    this.photo = null;
    this.outbox = new Outbox({ changed: (entries) => this.listOutbox(entries), delivered: (entry, answer) => this.delivered(entry, answer) });
    $("road").addEventListener("change", () => this.ready());
    $("road").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    $("again").addEventListener("click", () => this.locate());
    $("photo").addEventListener("change", () => this.take());
  }

  async start() {
    registerWorker();
    this.outbox.flush();
    await this.locate();
    document.body.dataset.ready = "road";
  }

  get chosen() {
    return $("road").querySelector("input[name=category]:checked");
  }

  get words() {
    return this.chosen?.nextElementSibling.textContent ?? "";
  }

  show(words, tone) {
    $("place").textContent = words;
    $("place").parentElement.className = `road-place ${tone}`;
    $("again").hidden = tone === "waiting";
    $("by-map").hidden = tone !== "bad";
    this.ready();
  }

  async locate() {
    this.place = null;
    this.show(t("finding"), "waiting");
    try {
      const { lon, lat, accuracy } = await whereAmI();
      if (accuracy > VAGUE_M) {
        this.show(t("vague", { n: Math.round(accuracy) }), "bad");
        return;
      }
      this.place = { lon, lat, crs: "wgs84", accuracy, source: "gps" };
      await this.name();
    } catch (problem) {
      this.show([problem.message, problem.hint].filter(Boolean).join(" ") || t("not_found"), "bad");
    }
  }

  /** Say where that is; without a network the place is as good, only unnamed. */
  async name() {
    const { lon, lat, accuracy } = this.place;
    const n = Math.round(accuracy);
    try {
      const found = await getJSON("/api/v1/locate", { lon: lon.toFixed(7), lat: lat.toFixed(7), crs: "wgs84", source: "gps", accuracy: accuracy.toFixed(1) });
      const { grid, building } = found;
      const named = building?.status === "accepted" ? building.title : grid.status === "none" ? t("outside") : grid.name && t("within", { name: grid.name });
      this.show(t("found", { place: named || t("within", { name: found.community?.name ?? "" }), n }), "good");
    } catch (problem) {
      if (problem.status) {
        this.place = null;
        this.show(problem.message, "bad");
      } else this.show(t("found_offline", { n }), "good");
    }
  }

  ready() {
    const button = $("send");
    button.disabled = !(this.chosen && this.place);
    button.textContent = !this.chosen ? t("choose_first") : this.place ? t("send_what", { what: this.words }) : t("wait_place");
    $("fault").hidden = true;
  }

  async take() {
    const [file] = $("photo").files;
    $("photo").value = "";
    if (!file) return;
    try {
      this.photo = await shrunk(file);
      $("photo-words").textContent = t("photo_taken");
      $("photo").parentElement.classList.add("taken");
    } catch (problem) {
      toastProblem(problem);
    }
  }

  async send() {
    if (!this.chosen || !this.place) return;
    const words = this.words;
    const report = { category: this.chosen.value, description: t("road_words", { what: words }), place: this.place };
    $("send").disabled = true;
    $("send").textContent = t("sending");
    const { answer, problem } = await this.outbox.add({ report, photos: this.photo ? [this.photo] : [], words });
    if (problem) {
      this.ready();
      $("fault").textContent = [problem.message, problem.hint].filter(Boolean).join(" ");
      $("fault").hidden = false;
      return;
    }
    const again = () => this.another();
    if (answer) {
      this.remember(answer, words);
      this.showDone(sentCard(answer, { phone: null }, again));
    } else this.showDone(keptCard(this.outbox.lasting, again));
  }

  remember({ number, track_key: key, filed_at: at }, category) {
    remember({ number, key, at, category });
  }

  delivered({ words }, answer) {
    this.remember(answer, words);
    toast(t("arrived", answer), "good", 10);
  }

  showDone(nodes) {
    $("done").replaceChildren(...nodes);
    $("done").hidden = false;
    $("road").hidden = true;
    $("done").querySelector("h2").focus({ preventScroll: true });
  }

  another() {
    $("road").reset();
    this.photo = null;
    $("photo").parentElement.classList.remove("taken");
    $("done").hidden = true;
    $("road").hidden = false;
    this.locate();
  }

  listOutbox(entries) {
    const nodes = outboxNotice(entries, { now: () => this.outbox.soon(), drop: ({ key }) => this.outbox.take(key) });
    $("outbox").replaceChildren(...nodes);
    $("outbox").hidden = !nodes.length;
  }
}

new RoadPage().start();
