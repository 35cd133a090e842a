/**
 * 'As of a day': a date field, today, and the ends of the last eight quarters. It only tells which
 * day was chosen; the page loads it.
 */

import { el } from "./dom.js";
import { dayText, t } from "./strings.js";

const QUARTERS = 8;

/** The last days of the `count` quarters that ended before `today`: [{day, year, quarter}], newest first. */
export function quarterEnds(today, count) {
  const [year, month] = today.split("-").map(Number);
  const running = year * 4 + Math.floor((month - 1) / 3);
  return Array.from({ length: count }, (_, i) => {
    const index = running - 1 - i;
    const [ofYear, quarter] = [Math.floor(index / 4), (index % 4) + 1];
    const last = new Date(Date.UTC(ofYear, quarter * 3, 0));
    return { day: last.toISOString().slice(0, 10), year: ofYear, quarter };
  });
}

export class DayPicker {
  /**
   * @param {HTMLElement} holder with a [data-toggle] button, a [data-label], a [data-panel] that holds
   *   input[type=date], [data-today] and [data-quarters]
   * @param {object} options `today`, `firstDay` ('YYYY-MM-DD'), `last` (default: today), `day` (null: today), `chosen(day)`
   */
  constructor(holder, { today, firstDay, last = today, day, chosen }) {
    Object.assign(this, { holder, today, firstDay, chosen });
    const find = (name) => holder.querySelector(`[data-${name}]`);
    [this.toggle, this.label, this.panel, this.quarters] = ["toggle", "label", "panel", "quarters"].map(find);
    this.field = holder.querySelector("input[type=date]");
    this.field.min = firstDay ?? "";
    this.field.max = last;
    this.field.addEventListener("change", () => this.field.value && this.choose(this.field.value));
    this.toggle.addEventListener("click", () => this.open(this.panel.hidden));
    find("today").addEventListener("click", () => this.choose(null));
    holder.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      this.open(false);
      this.toggle.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!holder.contains(event.target)) this.open(false);
    });
    this.listQuarters();
    this.show(day);
  }

  listQuarters() {
    const ends = quarterEnds(this.today, QUARTERS).filter(({ day }) => !this.firstDay || day >= this.firstDay);
    this.quarters.replaceChildren(
      ...ends.map(({ day, year, quarter }) => {
        const words = t("quarter_end", { year, quarter: t(`quarter_${quarter}`) });
        return el("button", { class: "chip", type: "button", "data-day": day, onclick: () => this.choose(day) }, words);
      }),
    );
  }

  open(open) {
    this.panel.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  /** Take a day (null: today) as the reader's choice. */
  choose(day) {
    const other = day === this.today ? null : day;
    this.open(false);
    this.show(other);
    this.chosen(other);
  }

  /** Show a day without choosing it. */
  show(day) {
    this.day = day;
    this.field.value = day ?? this.today;
    this.label.textContent = day ? dayText(day) : t("today");
    this.toggle.classList.toggle("button-amber", Boolean(day));
    for (const chip of this.quarters.children) chip.setAttribute("aria-pressed", String(chip.dataset.day === day));
  }
}
