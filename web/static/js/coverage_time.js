/**
 * The time bar: a slider through the ends of the last eight quarters up to today, beside the day
 * picker. It only tells which day was chosen.
 */

import { DayPicker, quarterEnds } from "./daypicker.js";
import { el } from "./dom.js";
import { t } from "./strings.js";

const QUARTERS = 8;

export class TimeBar {
  /** @param {object} options `today`, `firstDay`, `day` (null: today), `chosen(day)` */
  constructor({ today, firstDay, day, chosen }) {
    const $ = (id) => document.getElementById(id);
    this.chosen = chosen;
    this.slider = $("quarter");
    this.ticks = $("ticks");
    const ends = quarterEnds(today, QUARTERS).filter((end) => !firstDay || end.day >= firstDay);
    this.stops = [...ends.reverse(), { day: null }];
    this.slider.max = String(this.stops.length - 1);
    this.picker = new DayPicker($("days"), { today, firstDay, day, chosen: (other) => this.take(other) });
    this.slider.addEventListener("input", () => this.slid());
    this.drawTicks();
    this.show(day);
  }

  drawTicks() {
    this.ticks.replaceChildren(
      ...this.stops.map(({ day, year, quarter }, i) => {
        const first = day && (i === 0 || quarter === 1);
        const name = day ? t(`quarter_${quarter}`) : t("today");
        return el("li", { class: first ? "year" : null }, el("span", {}, name), first && el("small", {}, t("tick_year", { year })));
      }),
    );
  }

  slid() {
    const { day } = this.stops[Number(this.slider.value)];
    this.picker.show(day);
    this.take(day);
  }

  take(day) {
    this.show(day);
    this.chosen(day);
  }

  /** Show a day without choosing it: the slider stands on its stop, or on the next one after it. */
  show(day) {
    this.picker.show(day);
    const at = day ? this.stops.findIndex((stop) => !stop.day || stop.day >= day) : this.stops.length - 1;
    const stop = this.stops[at];
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", this.picker.label.textContent);
    for (const [i, tick] of [...this.ticks.children].entries()) {
      tick.toggleAttribute("aria-current", i === at && stop.day === day);
    }
  }
}
