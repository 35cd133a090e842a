/**
 * The time bar: a slider through all days from eight quarters ago to sixty days ahead, with the ends of the
 * quarters below it and, above it, the days on which something changed. It only tells which day was chosen.
 */

import { DayPicker, quarterEnds } from "./daypicker.js";
import { el, icon } from "./dom.js";
import { dayText, t } from "./strings.js";

const QUARTERS = 8;
const AHEAD = 60; // days
const DAY_MS = 86400000;
const PLAY_MS = 14000; // from one end to the other
const RESTS_MS = 160;
const PAGE_DAYS = 7;

const dayAfter = (day, count) => new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
const daysFrom = (first, day) => Math.round((Date.parse(day) - Date.parse(first)) / DAY_MS);

export class TimeBar {
  /**
   * @param {object} options `today`, `firstDay`, `day` (null: today); `slid(day)`: while it moves; `chosen(day)`:
   *   where it rests; `playing(on)`
   */
  constructor({ today, firstDay, day, slid, chosen, playing }) {
    const $ = (id) => document.getElementById(id);
    Object.assign(this, { today, slid, chosen, playing });
    this.slider = $("day-slider");
    this.ends = quarterEnds(today, QUARTERS).filter((end) => !firstDay || end.day >= firstDay).reverse();
    this.first = this.ends[0]?.day ?? firstDay ?? today;
    this.now = daysFrom(this.first, today);
    this.slider.max = String(this.now + AHEAD);
    this.last = dayAfter(today, AHEAD);
    this.picker = new DayPicker($("days"), { today, firstDay, last: this.last, day, chosen: (other) => this.take(other) });
    this.slider.addEventListener("input", () => this.move(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (event) => this.keyed(event));
    this.button = $("play");
    this.button.addEventListener("click", () => (this.timer ? this.stop() : this.play()));
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
    this.drawTicks($("ticks"));
    $("ahead").style.left = this.at(this.now);
    this.show(day);
  }

  at(number) {
    return `${((100 * number) / (this.now + AHEAD)).toFixed(3)}%`;
  }

  drawTicks(list) {
    const stops = [...this.ends.map((end) => ({ ...end, name: t(`quarter_${end.quarter}`) })), { day: this.today, name: t("today"), now: true }, { day: this.last, name: t("ahead_n", { n: AHEAD }), far: true }];
    list.replaceChildren(
      ...stops.map(({ day, name, year, quarter, now, far }, i) => {
        const first = year && (i === 0 || quarter === 1);
        const kind = [first && "year", now && "now", far && "far"].filter(Boolean).join(" ");
        const pressed = () => this.take(now ? null : day);
        const tick = el("li", { class: kind || null }, el("button", { type: "button", tabindex: "-1", onclick: pressed }, el("span", {}, name), first && el("small", {}, t("tick_year", { year }))));
        tick.style.left = this.at(daysFrom(this.first, day));
        return tick;
      }),
    );
  }

  /** Mark the days on which something changed: steps {day, appeared, went}. */
  mark(steps) {
    const shown = steps.filter(({ day, appeared, went }) => day > this.first && day <= this.last && (appeared || went));
    document.getElementById("moments").replaceChildren(
      ...shown.map(({ day, appeared, went }) => {
        const mark = el("i", { class: appeared > went ? "worse" : "better" });
        mark.style.left = this.at(daysFrom(this.first, day));
        mark.style.height = `${Math.min(14, 3 + (appeared + went) / 2)}px`;
        return mark;
      }),
    );
  }

  dayOf(number) {
    return number === this.now ? null : dayAfter(this.first, number);
  }

  /** The slider is being moved: say so at once, and what was chosen when it rests. */
  move(number) {
    this.say(this.dayOf(number));
    this.slid(this.dayOf(number));
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), RESTS_MS);
  }

  rest() {
    clearTimeout(this.resting);
    const day = this.dayOf(Number(this.slider.value));
    if (day !== this.day) this.take(day);
  }

  /** By keys: arrows move a day, PageUp and PageDown a week. */
  keyed(event) {
    const steps = { PageDown: -PAGE_DAYS, PageUp: PAGE_DAYS };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const number = Math.max(0, Math.min(Number(this.slider.max), Number(this.slider.value) + steps[event.key]));
    this.slider.value = String(number);
    this.move(number);
  }

  play() {
    const most = this.now;
    let from = Number(this.slider.value);
    if (from >= most) from = 0;
    const begun = performance.now() - (from / most) * PLAY_MS;
    this.setPlaying(true);
    const step = (time) => {
      const number = Math.min(most, Math.round(((time - begun) / PLAY_MS) * most));
      this.slider.value = String(number);
      this.say(this.dayOf(number));
      this.slid(this.dayOf(number));
      if (number >= most) this.stop();
      else this.timer = requestAnimationFrame(step);
    };
    this.timer = requestAnimationFrame(step);
  }

  stop() {
    if (!this.timer) return;
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.setPlaying(false);
    this.take(this.dayOf(Number(this.slider.value)));
  }

  setPlaying(on) {
    this.button.replaceChildren(icon(on ? "pause" : "play"));
    this.button.setAttribute("aria-label", t(on ? "pause" : "play"));
    this.button.title = t(on ? "pause" : "play");
    this.playing(on);
  }

  take(day) {
    if (this.timer) {
      cancelAnimationFrame(this.timer);
      this.timer = null;
      this.setPlaying(false);
    }
    this.show(day);
    this.chosen(day);
  }

  say(day) {
    this.picker.label.textContent = day ? dayText(day) : t("today");
    this.slider.setAttribute("aria-valuetext", this.picker.label.textContent);
  }

  /** Show a day without choosing it. */
  show(day) {
    this.day = day;
    this.picker.show(day);
    this.slider.value = String(day ? daysFrom(this.first, day) : this.now);
    this.say(day);
  }
}
