/**
 * The map page: puts the map, the search, the day and the card together.
 */

import { getJSON, toast, toastProblem } from "./api.js";
import { placeCard, problemCard, waitingCard } from "./card.js";
import { DayPicker } from "./daypicker.js";
import { el } from "./dom.js";
import { extent, middleOf, polygonsOf } from "./geometry.js";
import { whereAmI } from "./gps.js";
import { CountyMap } from "./map.js";
import { MapLayers, markCard } from "./map_layers.js";
import { readState, writeState } from "./permalink.js";
import { SearchBox } from "./search.js";
import { Sheet } from "./sheet.js";
import { dayText, numberText, t } from "./strings.js";

const CLOSE_ZOOM = 18;
const WIDE = ["community", "grid", "compound", "road"]; // more than one building: show all of it
const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 800px)");

class MapPage {
  constructor() {
    this.state = readState();
    this.complained = 0;
    this.county = new CountyMap({ picked: (lon, lat) => this.pick({ lon, lat }), failed: (problem) => this.complain(problem) });
    this.map = this.county.map;
    this.map.getContainer().setAttribute("role", "application");
    this.map.getContainer().setAttribute("aria-label", t("map_keys"));
    this.sheet = new Sheet($("panel"));
    this.card = $("card");
    this.card.addEventListener("keydown", (event) => event.key === "Escape" && this.closeCard());
    this.buttons();
    this.layers = $("layers") && this.extraLayers();
    this.map.on("zoomend", () => this.zoomed());
    addEventListener("popstate", () => this.goBack());
  }

  /** One toast for a burst of failing layers and tiles. */
  complain(problem) {
    if (Date.now() - this.complained < 8000) return;
    this.complained = Date.now();
    toastProblem(problem);
  }

  buttons() {
    $("zoom-in").addEventListener("click", () => this.map.zoomIn());
    $("zoom-out").addEventListener("click", () => this.map.zoomOut());
    $("whole").addEventListener("click", () => this.info && this.county.fit(this.info.bbox, this.covered()));
    $("locate-me").addEventListener("click", () => this.locateMe());
    $("back-to-today").addEventListener("click", () => this.days.choose(null));
    new SearchBox($("search"), { dayOf: () => this.state.day, chosen: (item) => this.found(item) });
  }

  extraLayers() {
    return new MapLayers($("layers"), {
      map: this.map,
      dayOf: () => this.state.day,
      chosen: this.state.layers,
      changed: (keys) => writeState({ layers: keys.join(",") || null }),
      picked: (mark, layer) => this.pickMark(mark, layer),
      failed: toastProblem,
    });
  }

  /** A mark of an extra layer: its card, and no question about the ground below it. */
  pickMark(mark, layer) {
    this.asking?.abort();
    this.show(markCard(mark, layer, () => this.closeCard()));
    this.card.querySelector("h2").focus({ preventScroll: true });
  }

  async start() {
    try {
      this.info = await this.frame();
    } catch (problem) {
      toastProblem(problem);
      return;
    }
    const { today, first_day: firstDay, bbox, credits } = this.info;
    $("credits").textContent = credits ?? "";
    this.days = new DayPicker($("days"), { today, firstDay, day: this.state.day, chosen: (day) => this.changeDay(day) });
    this.band();
    this.restrain(bbox);
    this.openState();
    await this.load();
    document.body.dataset.ready = "map";
  }

  /** The county's frame on the day; a day without a county is left for today. */
  async frame() {
    try {
      return await getJSON("/api/v1/county", { day: this.state.day });
    } catch (problem) {
      if (!this.state.day) throw problem;
      toastProblem(problem);
      this.state.day = null;
      writeState({ day: null });
      return getJSON("/api/v1/county");
    }
  }

  /** Keep the map near the county: nobody is served by an empty sea. */
  restrain([west, south, east, north]) {
    this.map.setMaxBounds(L.latLngBounds([[south, west], [north, east]]).pad(0.6));
    this.map.setMinZoom(this.map.getBoundsZoom([[south, west], [north, east]]) - 1);
  }

  async load() {
    this.layers?.reload();
    await this.county.load(this.state.day, this.info.bbox);
    this.overview();
  }

  openState() {
    const { lon, lat, z, building } = this.state;
    if (lon === null) {
      this.county.fit(this.info.bbox, this.covered());
      return;
    }
    this.map.setView([lat, lon], z ?? CLOSE_ZOOM, { animate: false });
    this.pick({ lon, lat, building }, { push: false });
  }

  goBack() {
    const before = this.state.day;
    this.state = readState();
    if (this.state.day !== before) {
      this.days.show(this.state.day);
      this.band();
      this.load();
    }
    if (this.state.lon === null) this.closeCard({ push: false });
    else this.pick(this.state, { push: false });
  }

  changeDay(day) {
    this.state.day = day;
    writeState({ day }, { push: true });
    this.band();
    this.load();
    if (this.picked) this.pick(this.picked, { push: false });
  }

  band() {
    const { day } = this.state;
    $("day-band").hidden = !day;
    $("day-words").textContent = day ? t("looking_at_day", { day: dayText(day) }) : "";
  }

  zoomed() {
    if (this.picked) writeState({ z: this.map.getZoom() });
  }

  covered() {
    return { covered: phone.matches ? $("panel").offsetHeight : 0 };
  }

  /**
   * Who answers for a point? `title` names what was searched for, `building` is an id to light up,
   * `gps` is {source, accuracy} where the device gave the point.
   */
  async pick({ lon, lat, title = null, building = null, gps = {} }, { push = true } = {}) {
    this.picked = { lon, lat, title, building, gps };
    this.asking?.abort();
    const { signal } = (this.asking = new AbortController());
    writeState({ lon, lat, z: this.map.getZoom(), building }, { push });
    this.county.pin(lon, lat);
    this.county.chooseBuilding(building);
    this.show(waitingCard());
    this.uncover(lon, lat);
    try {
      const point = { lon: lon.toFixed(7), lat: lat.toFixed(7), crs: "wgs84", day: this.state.day, ...gps };
      const data = await getJSON("/api/v1/locate", { ...point, reports: true }, { signal });
      this.answer(data, title);
    } catch (problem) {
      if (signal.aborted) return;
      this.show(problemCard(problem, { close: () => this.closeCard(), retry: () => this.pick(this.picked, { push: false }) }));
    }
  }

  answer(data, title) {
    const accepted = data.building?.status === "accepted" ? data.building.code : null;
    this.county.chooseBuilding(accepted);
    this.county.chooseGrid(data.grid.status === "accepted" ? data.grid.code : null);
    writeState({ building: accepted });
    this.show(placeCard(data, this.actions(), title));
    this.card.querySelector("h2").focus({ preventScroll: true });
  }

  actions() {
    const gridOf = (code) => this.county.features.grids.find(({ properties }) => properties.code === code);
    return {
      close: () => this.closeCard(),
      share: () => this.share(),
      grid: ({ code, name }) => {
        const grid = gridOf(code);
        if (grid) this.pickArea(grid.geometry, name);
      },
      building: ({ code, lon, lat }) => this.pick({ lon, lat, building: code }),
    };
  }

  show(content) {
    $("welcome").hidden = true;
    this.card.hidden = false;
    this.card.replaceChildren(content);
    this.sheet.raise();
  }

  closeCard({ push = true } = {}) {
    this.asking?.abort();
    this.picked = null;
    this.card.hidden = true;
    $("welcome").hidden = false;
    this.sheet.set("peek");
    this.county.pin();
    this.county.chooseBuilding(null);
    this.county.chooseGrid(null);
    writeState({ lon: null, lat: null, z: null, building: null }, { push });
    this.map.getContainer().focus({ preventScroll: true });
  }

  /** On a phone the sheet covers the lower half: move the map if the point would lie below it. */
  uncover(lon, lat) {
    if (!phone.matches) return;
    const { y } = this.map.latLngToContainerPoint([lat, lon]);
    const room = this.map.getSize().y * 0.46;
    if (y > room - 24 || y < 72) this.map.panBy([0, y - room * 0.62]);
  }

  found({ kind, title, lon, lat, bbox, code }) {
    const wide = WIDE.includes(kind);
    if (wide && bbox) this.county.fit(bbox, { covered: phone.matches ? this.map.getSize().y / 2 : 0, maxZoom: 18 });
    else this.map.setView([lat, lon], Math.max(this.map.getZoom(), CLOSE_ZOOM), { animate: false });
    this.pick({ lon, lat, title: kind === "building" ? null : title, building: kind === "building" ? code : null });
  }

  async locateMe() {
    $("locate-me").classList.add("busy");
    try {
      const { lon, lat, accuracy } = await whereAmI();
      this.county.here(lon, lat, accuracy);
      this.map.setView([lat, lon], CLOSE_ZOOM, { animate: false });
      this.pick({ lon, lat, gps: { source: "gps", accuracy: accuracy.toFixed(1) } });
    } catch (problem) {
      toastProblem(problem);
    } finally {
      $("locate-me").classList.remove("busy");
    }
  }

  async share() {
    try {
      await navigator.clipboard.writeText(location.href);
      toast(t("link_copied"), "good");
    } catch {
      toast(location.href, "info", 12); // no clipboard on plain HTTP: the address is there to copy
    }
  }

  /** The panel before a tap: what there is, and every community as a button. */
  overview() {
    const { communities = [], grids = [], compounds = [] } = this.county.features;
    const counts = { communities, grids, compounds };
    for (const [name, features] of Object.entries(counts)) $(`count-${name}`).textContent = numberText(features.length);
    const sorted = [...communities].sort((a, b) => a.properties.code.localeCompare(b.properties.code));
    $("community-list").replaceChildren(
      ...sorted.map(({ geometry, properties: { name, township } }) =>
        el("li", {}, el("button", { class: "row row-button", type: "button", onclick: () => this.pickArea(geometry, name) }, el("span", { class: "row-text" }, el("b", {}, name), el("small", {}, township ?? "")))),
      ),
    );
  }

  pickArea(geometry, title) {
    const bbox = extent(polygonsOf(geometry).flat());
    this.found({ kind: "community", title, ...middleOf(geometry), bbox });
  }
}

new MapPage().start();
