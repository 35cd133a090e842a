/**
 * While somebody writes what happened: what the words say of where, if they say it. A pin that somebody has set
 * stays; it is only offered to move it. Where there is none yet, clear words set it.
 */

import { post } from "./api.js";
import { el, icon } from "./dom.js";
import { t } from "./strings.js";

const RESTS_MS = 600;
const FEWEST = 4;
const MOST_CHOICES = 3;

/** The words that a building is told by, beside its number: unit, floor, room. */
function details({ unit, floor, room }) {
  return [unit && t("said_unit", { n: unit }), floor && t("said_floor", { n: floor }), room && t("said_room", { n: room })].filter(Boolean).join(" ");
}

export class SaidPlace {
  /**
   * @param {HTMLElement} holder where it is said
   * @param {object} options `point()`: {lon, lat, crs, accuracy} of the phone, or null; `standing()`: code of the
   *   building that the pin is in; `unset()`: whether there is no pin yet; `move({lon, lat})`
   */
  constructor(holder, { point, standing, unset, move }) {
    Object.assign(this, { holder, point, standing, unset, move });
    this.text = "";
  }

  /** The words have changed. */
  typed(text) {
    const words = text.trim();
    if (words === this.text) return;
    this.text = words;
    clearTimeout(this.timer);
    this.abort?.abort();
    if (words.length < FEWEST) this.show(null);
    else this.timer = setTimeout(() => this.ask(words), RESTS_MS);
  }

  async ask(text) {
    this.abort = new AbortController();
    try {
      this.show(await post("/api/v1/locate", { text, point: this.point() }, { signal: this.abort.signal }));
    } catch {
      this.show(null); // a hint, no more: the pin says where, with or without it
    }
  }

  show(answer) {
    const line = answer && this.line(answer);
    this.holder.hidden = !line;
    this.holder.replaceChildren(...(line ?? []));
  }

  line(answer) {
    const { understood, choices } = answer;
    if (understood?.lon !== null && understood !== null) {
      const words = [understood.title, details(answer)].filter(Boolean).join(" ");
      if (this.unset()) {
        this.move({ lon: understood.lon, lat: understood.lat });
        return [icon("check"), el("span", {}, t("said_placed", { place: words }))];
      }
      if (understood.code === this.standing()) return [icon("check"), el("span", {}, t("said_here", { place: words }))];
      return [icon("pin"), el("span", {}, t("said_there", { place: words })), this.button(understood, t("said_move"))];
    }
    const open = choices.filter(({ lon, level }) => lon !== null && level !== "community").slice(0, MOST_CHOICES);
    if (!open.length) return null;
    return [icon("pin"), el("span", {}, t("said_which")), ...open.map((one) => this.button(one, one.title))];
  }

  button({ lon, lat }, words) {
    const pressed = () => {
      this.show(null);
      this.text = "";
      this.move({ lon, lat });
    };
    return el("button", { class: "chip", type: "button", onclick: pressed }, words);
  }
}
