/**
 * A new place for a report: the map of the desk moves under a fixed pin; on a phone it moves into the
 * form for that time.
 */

import { toastProblem } from "./api.js";
import { tellNext } from "./desk_form.js";
import { el, icon } from "./dom.js";
import { whereAmI } from "./gps.js";
import { PinnedPlace } from "./pinned_place.js";
import { t } from "./strings.js";

let pinned = null; // one map, one watcher: it listens to whichever form is open

class DeskPin extends PinnedPlace {
  ended() {
    if (this.field) super.ended();
  }
}

export class PlaceField {
  /** `holder`: the fieldset. `start`: {lon, lat} of the report. `small`: the map moves into the form. */
  constructor(holder, map, { start, small }) {
    Object.assign(this, { holder, map, small, form: holder.closest("form") });
    this.section = document.getElementById("desk-map");
    this.mark = el("span", { class: "desk-pin" }, icon("pin-filled"));
    this.section.append(this.mark);
    this.section.classList.add("placing");
    if (small) this.moveIn();
    pinned ??= new DeskPin(map, { moving: () => {}, resting: (state) => pinned.field?.rest(state) });
    pinned.field = this;
    holder.querySelector("[data-gps]").addEventListener("click", (event) => this.locate(event.currentTarget));
    const { lon, lat } = this.form.elements;
    const [atLon, atLat] = lon.value ? [Number(lon.value), Number(lat.value)] : [start.lon, start.lat];
    pinned.state = { kind: "unset", place: null, data: null, problem: null };
    map.setView([atLat, atLon], Math.max(map.getZoom(), 18), { animate: false });
    if (lon.value) pinned.moveTo(atLon, atLat);
  }

  moveIn() {
    this.home = document.createComment("map");
    this.section.before(this.home);
    this.holder.querySelector("[data-map]").append(this.section);
    this.still(false);
  }

  still(yes) {
    for (const way of ["dragging", "touchZoom", "doubleClickZoom"]) this.map[way][yes ? "disable" : "enable"]();
    this.map.getContainer().style.touchAction = yes ? "auto" : "";
    this.map.invalidateSize({ animate: false });
  }

  /** The form is gone: the map goes back to where it was. */
  close() {
    pinned.field = null;
    pinned.stop();
    this.mark.remove();
    this.section.classList.remove("placing");
    if (!this.small) return;
    this.home.replaceWith(this.section);
    this.still(true);
  }

  async locate(button) {
    button.classList.add("busy");
    try {
      const { lon, lat, accuracy } = await whereAmI();
      pinned.set({ lon, lat, accuracy, source: "gps" });
    } catch (problem) {
      toastProblem(problem);
    }
    button.classList.remove("busy");
  }

  rest({ kind, place, data, problem }) {
    const { lon, lat, source, accuracy } = this.form.elements;
    const known = kind === "found";
    lon.value = known ? place.lon.toFixed(7) : "";
    lat.value = known ? place.lat.toFixed(7) : "";
    source.value = known ? place.source : "";
    accuracy.value = known ? (place.accuracy ?? "") : "";
    const [title, line] = this.words(kind, data, problem);
    this.holder.querySelector("[data-place-title]").textContent = title;
    this.holder.querySelector("[data-place-line]").textContent = line;
    tellNext(this.form, known ? { lon: lon.value, lat: lat.value, source: source.value, accuracy: accuracy.value || undefined } : { lon: "" });
  }

  words(kind, data, problem) {
    if (kind === "unset") return [t("place_move"), ""];
    if (kind === "far") return [t("place_zoom"), ""];
    if (kind === "waiting") return [t("place_waiting"), ""];
    if (kind === "failed") return [problem.message, problem.hint];
    const { building, grid, community, compound } = data;
    const sure = building.status === "accepted";
    const title = sure ? building.title : compound?.name || t(grid.name ? "place_open" : "place_outside");
    return [title, [community?.name, grid.name].filter(Boolean).join(" · ")];
  }
}
