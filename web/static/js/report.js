/**
 * The report page: a place under the pin, a category, words, photos, perhaps a phone number, one red
 * button. What is sent goes through the outbox, so that nothing is lost when the network is.
 */

import { getJSON, toast, toastProblem } from "./api.js";
import { readDraft, writeDraft } from "./draft.js";
import { whereAmI } from "./gps.js";
import { offerInstall, registerWorker } from "./installed.js";
import { showKeptSteps } from "./kept_strip.js";
import { CountyMap } from "./map.js";
import { remember } from "./mine.js";
import { followReport, followedCard, nearCard, openNear } from "./near.js";
import { Outbox } from "./outbox.js";
import { readState } from "./permalink.js";
import { PhotoRow } from "./photos.js";
import { PinnedPlace } from "./pinned_place.js";
import { SaidPlace } from "./said_place.js";
import { SearchBox } from "./search.js";
import { keptCard, outboxNotice, sentCard } from "./sent.js";
import { spotQuestion, spotWords } from "./spot.js";
import { t } from "./strings.js";
import { wayInto } from "./way_into.js";

const LEAST_WORDS = 2;
const MOST_WORDS = 2000;
const PHONE = /^(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|(?:0\d{2,3}[- ]?)?[2-9]\d{6,7}(?:-\d{1,6})?)$/;
const MAIL = /^[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$/;
const LAYERS = ["places", "water", "roads", "grids", "compounds"];
const WIDE = ["community", "grid", "compound", "road"]; // a search for these names more than one spot
const PIN_M = 30; // how near to the pin what the words mean may lie
const $ = (id) => document.getElementById(id);

class ReportPage {
  constructor() {
    this.form = $("report");
    this.county = new CountyMap({ layers: LAYERS, picked: (lon, lat) => this.place.moveTo(lon, lat), failed: (problem) => this.complain(problem) });
    this.place = new PinnedPlace(this.county.map, { moving: () => this.lift(), resting: (state) => this.rest(state) });
    this.photos = new PhotoRow($("photos"), { failed: toastProblem });
    this.outbox = new Outbox({
      changed: (entries) => this.listOutbox(entries),
      delivered: (entry, answer) => this.delivered(entry, answer),
    });
    this.different = new Set(); // places and categories of which the reporter said: not the same
    this.listen();
  }

  /** One toast for a burst of failing layers and tiles. */
  complain(problem) {
    if (Date.now() - (this.complained ?? 0) < 8000) return;
    this.complained = Date.now();
    if (problem.code === "offline") toast(t("offline_ready"), "info", 8);
    else toastProblem(problem);
  }

  listen() {
    this.said = new SaidPlace($("said-place"), {
      point: () => this.near(),
      standing: () => this.place.state.data?.building?.code ?? null,
      unset: () => !Number.isFinite(this.place.state.place?.lon),
      move: (spot) => this.place.set({ ...spot, source: "search" }),
    });
    $("zoom-in").addEventListener("click", () => this.place.zoomBy(1));
    $("zoom-out").addEventListener("click", () => this.place.zoomBy(-1));
    $("locate-me").addEventListener("click", () => this.locateMe());
    new SearchBox($("search"), { chosen: (item) => this.found(item) });
    addEventListener("online", () => this.place.again());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.form.addEventListener("input", () => this.edited());
    this.form.addEventListener("change", ({ target }) => {
      if (target.name === "topic") this.chooseTopic(target.value);
      if (target.name === "category") this.chooseCategory(target);
      this.keep();
    });
    $("topics-again").addEventListener("click", () => this.chooseTopic(null));
  }

  async start() {
    this.restore();
    this.outbox.flush();
    showKeptSteps($("kept")).flush();
    offerInstall($("install"), $("insecure"));
    registerWorker();
    try {
      const { bbox, credits } = await getJSON("/api/v1/county");
      $("credits").textContent = credits ?? "";
      this.restrain(bbox);
      await this.county.load(null, bbox);
    } catch (problem) {
      this.complain(problem);
    }
    document.body.dataset.ready = "report";
  }

  restrain([west, south, east, north]) {
    const bounds = L.latLngBounds([[south, west], [north, east]]);
    this.county.map.setMaxBounds(bounds.pad(0.6));
  }

  /** The draft of last time; a place in the address (a link from the map) comes first. */
  restore() {
    const draft = readDraft();
    const { lon, lat, z } = readState();
    $("description").value = draft.description ?? "";
    this.contact(draft);
    this.chooseTopic(draft.topic ?? null);
    const category = draft.category && $(`category-${draft.category}`);
    if (category) {
      category.checked = true;
      this.chooseCategory(category);
    }
    if (lon !== null) this.place.set({ lon, lat, zoom: z });
    else if (Number.isFinite(draft.lon) && Number.isFinite(draft.lat)) this.place.set({ lon: draft.lon, lat: draft.lat });
    this.edited();
  }

  contact({ phone, email }) {
    $("phone").value = phone ?? "";
    $("email").value = email ?? "";
    $("contact").open = Boolean(phone || email);
  }

  // The place

  /** Where the pin is, for the words to be read beside it. */
  near() {
    const { lon, lat, accuracy, source } = this.place.state.place ?? {};
    return Number.isFinite(lon) ? { lon, lat, crs: "wgs84", accuracy: accuracy ?? PIN_M, source: source ?? "pin" } : null;
  }

  lift() {
    $("centre-pin").classList.add("lifted");
  }

  rest(state) {
    $("centre-pin").classList.remove("lifted");
    const { title, line, badge, tone } = spotWords(state);
    $("spot-title").textContent = title;
    $("spot-line").replaceChildren(...line);
    $("spot-badge").textContent = badge;
    $("spot-badge").className = `badge ${tone}`;
    const question = spotQuestion(state, {
      here: () => this.place.confirm(),
      building: ({ lon, lat }) => this.place.set({ lon, lat }),
      grid: (one) => this.intoGrid(one),
    });
    $("spot-doubts").replaceChildren(...(question ?? []).flat());
    $("spot-doubts").hidden = !question;
    const building = state.data?.building;
    if (state.kind !== "waiting") this.county.chooseBuilding(building?.status === "accepted" ? building.code : null);
    if (state.kind === "found") this.keep();
  }

  intoGrid({ code }) {
    const grid = this.county.features.grids?.find(({ properties }) => properties.code === code);
    if (grid) this.place.set(wayInto(grid.geometry, this.place.state.place));
    else this.place.confirm();
  }

  found({ kind, lon, lat, bbox }) {
    if (WIDE.includes(kind) && bbox) {
      const [west, south, east, north] = bbox;
      const zoom = Math.min(18, this.county.map.getBoundsZoom([[south, west], [north, east]]));
      this.place.set({ lon, lat, source: "search", zoom });
    } else {
      this.place.set({ lon, lat, source: "search" });
    }
  }

  async locateMe() {
    $("locate-me").classList.add("busy");
    try {
      const { lon, lat, accuracy } = await whereAmI();
      this.county.here(lon, lat, accuracy);
      this.place.set({ lon, lat, accuracy, source: "gps" });
    } catch (problem) {
      toastProblem(problem);
    } finally {
      $("locate-me").classList.remove("busy");
    }
  }

  // The form

  chooseTopic(key) {
    for (const field of this.form.querySelectorAll("input[name=topic]")) field.checked = field.value === key;
    for (const set of this.form.querySelectorAll(".categories")) set.hidden = set.dataset.topic !== key;
    const chosen = this.form.querySelector("input[name=category]:checked");
    if (chosen && chosen.closest(".categories").hidden) chosen.checked = false;
    $("topics").classList.toggle("narrowed", Boolean(key));
    $("topics-again").hidden = !key;
    this.chooseCategory(this.form.querySelector("input[name=category]:checked"));
  }

  /** On a phone the chosen category stays and the others make room (`field`: its radio, or null). */
  chooseCategory(field) {
    for (const set of this.form.querySelectorAll(".categories")) set.classList.toggle("narrowed", set.contains(field));
    $("goes-to").hidden = !field;
    $("goes-to").textContent = field ? t("goes_to", { rung: field.dataset.rung }) : "";
  }

  edited() {
    const words = $("description").value.length;
    $("counter").textContent = words ? `${words}/${MOST_WORDS}` : "";
    this.said.typed($("description").value);
    this.fault(null);
    this.keep();
  }

  values() {
    const data = new FormData(this.form);
    return {
      topic: data.get("topic"),
      category: data.get("category"),
      description: data.get("description").trim(),
      phone: data.get("phone").trim() || null,
      email: data.get("email").trim() || null,
    };
  }

  keep() {
    const { lon, lat } = this.place.state.place ?? {};
    writeDraft({ ...this.values(), lon, lat });
  }

  fault(message, field = null) {
    $("fault").textContent = message ?? "";
    $("fault").hidden = !message;
    for (const input of this.form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    if (!message || !field) return;
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  /** The first thing that is missing, as [words, field]; null when all is there. */
  missing({ category, description, phone, email }) {
    const { kind, problem } = this.place.state;
    if (kind === "unset") return [t("need_place"), null];
    if (kind === "far") return [t("need_zoom"), null];
    if (kind === "failed" && problem.status >= 400 && problem.status < 500) return [problem.message, null];
    if (!category) return [t("need_category"), this.form.querySelector(".categories:not([hidden]) input, input[name=topic]")];
    if (description.length < LEAST_WORDS) return [t("need_words", { n: LEAST_WORDS }), $("description")];
    if (phone && !PHONE.test(phone)) {
      $("contact").open = true;
      return [t("need_phone"), $("phone")];
    }
    if (email && !MAIL.test(email)) {
      $("contact").open = true;
      return [t("need_email"), $("email")];
    }
    return null;
  }

  async send() {
    const values = this.values();
    const lack = this.missing(values);
    if (lack) {
      this.fault(...lack);
      return;
    }
    this.busy(true);
    const same = await this.sameNear(values);
    if (!same.length) await this.dispatch(values);
    this.busy(false);
    if (same.length) this.offer(same, values);
  }

  async dispatch(values) {
    const { key, answer, problem } = await this.outbox.add(this.outgoing(values));
    if (problem) this.fault([problem.message, problem.hint].filter(Boolean).join(" "));
    else if (answer) this.showSent(answer, values);
    else this.showKept(key);
  }

  outgoing({ category, description, phone, email }) {
    const { lon, lat, accuracy, source } = this.place.state.place;
    const { photos } = this.photos;
    const report = { category, description, phone, email, place: { lon, lat, crs: "wgs84", accuracy, source } };
    if (photos.length) report.photo_kinds = photos.map(({ kind }) => kind ?? null);
    return { report, photos, words: this.categoryWords() };
  }

  categoryWords() {
    return this.form.querySelector("input[name=category]:checked").nextElementSibling.textContent;
  }

  // The same thing, reported by others

  matter({ category }) {
    const { lon, lat } = this.place.state.place;
    return `${category}:${lon.toFixed(4)}:${lat.toFixed(4)}`;
  }

  /** Open reports near by that may be the same; none where the reporter has said that they are not. */
  async sameNear(values) {
    if (this.different.has(this.matter(values))) return [];
    return openNear(this.place.state.place, values.category);
  }

  offer(items, values) {
    this.instead(
      nearCard(items, {
        follow: (item, button) => this.follow(item, button, values),
        other: () => {
          this.different.add(this.matter(values));
          this.backToForm();
          this.send();
        },
        back: () => this.backToForm(),
      }),
    );
  }

  async follow(item, button, { phone, email }) {
    button.disabled = true;
    try {
      const followed = await followReport(item, { phone, email });
      remember({ number: followed.number, key: followed.track_key, at: item.filed_at, category: item.category.name });
      this.showDone(followedCard(followed, () => this.another()));
    } catch (problem) {
      button.disabled = false;
      toastProblem(problem);
    }
  }

  busy(yes) {
    $("send").disabled = yes;
    $("send").textContent = t(yes ? "sending" : "send");
  }

  // The outcome

  remember(answer, category) {
    remember({ number: answer.number, key: answer.track_key, at: answer.filed_at, category });
  }

  showSent(answer, { phone }) {
    this.remember(answer, this.categoryWords());
    this.showDone(sentCard(answer, { phone }, () => this.another()));
  }

  showKept(key) {
    this.waitsFor = key;
    this.showDone(keptCard(this.outbox.lasting, () => this.another()));
  }

  /** One that had waited is filed now. */
  delivered({ key, report, words }, answer) {
    this.remember(answer, words);
    if (key === this.waitsFor) $("done").replaceChildren(...sentCard(answer, report, () => this.another()));
    else toast(t("arrived", answer), "good", 10);
  }

  showDone(nodes) {
    this.instead(nodes);
    this.clear();
  }

  /** Something stands in the form's place. */
  instead(nodes) {
    $("done").replaceChildren(...nodes);
    $("done").hidden = false;
    this.form.hidden = true;
    $("done").querySelector("h2").focus({ preventScroll: true });
  }

  backToForm() {
    $("done").hidden = true;
    this.form.hidden = false;
    $("send").focus({ preventScroll: true });
  }

  clear() {
    $("description").value = "";
    this.photos.set([]);
    this.chooseTopic(null);
    this.edited();
  }

  another() {
    this.waitsFor = null;
    $("done").hidden = true;
    this.form.hidden = false;
    $("report-scroll").scrollTop = 0;
    this.form.querySelector("input[name=topic]").focus({ preventScroll: true });
  }

  listOutbox(entries) {
    const nodes = outboxNotice(entries, {
      now: () => this.outbox.soon(),
      edit: (entry) => this.takeBack(entry),
      drop: ({ key }) => this.outbox.take(key),
    });
    $("outbox").replaceChildren(...nodes);
    $("outbox").hidden = !nodes.length;
  }

  /** A report that the server refused comes back into the form. */
  async takeBack({ key }) {
    const { report, photos } = await this.outbox.take(key);
    const field = $(`category-${report.category}`);
    this.chooseTopic(field?.closest(".categories").dataset.topic ?? null);
    if (field) field.checked = true;
    $("description").value = report.description;
    this.contact(report);
    this.photos.set(photos);
    this.place.set({ lon: report.place.lon, lat: report.place.lat });
    this.edited();
  }
}

new ReportPage().start();
