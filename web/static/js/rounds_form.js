/**
 * The form of a visit: how content they were, a note, needs and disputes. It keeps nothing itself; what was
 * written comes out of `fields`.
 */

import { el } from "./dom.js";
import { t } from "./strings.js";

const GRADES = [4, 3, 2, 1];
const FIRST = { need: "service", dispute: "disputes" };
const MOST_MATTERS = 3;

/** Topics with the one that fits a kind of matter first. */
function ordered(topics, kind) {
  const first = topics.filter(({ key }) => key === FIRST[kind]);
  return [...first, ...topics.filter(({ key }) => key !== FIRST[kind])];
}

function matterCard(kind, topics, dropped) {
  const select = el(
    "select",
    { class: "input", "aria-label": t("matter_category") },
    ordered(topics, kind).map(({ name, categories }) =>
      el("optgroup", { label: name }, categories.map((one) => el("option", { value: one.code }, one.name))),
    ),
  );
  const label = t(`matter_${kind}_words`);
  const text = el("textarea", { class: "input", rows: "2", maxlength: "2000", placeholder: label, "aria-label": label });
  const drop = el("button", { class: "button", type: "button", onclick: () => dropped(card) }, t("matter_drop"));
  const card = el("div", { class: "round-matter", "data-kind": kind }, el("p", {}, el("b", {}, t(`matter_${kind}`)), drop), select, text);
  return card;
}

export class VisitForm {
  /** `saved(fields)`: send it; `left()`: back to the list. */
  constructor(form, { saved, left }) {
    Object.assign(this, { form, saved, left, topics: [] });
    this.part = (name) => form.querySelector(`[data-part=${name}]`);
    this.part("grades").append(...GRADES.flatMap((grade) => this.grade(grade)));
    form.addEventListener("submit", (event) => this.submit(event));
    this.part("back").addEventListener("click", () => this.left());
    for (const kind of ["need", "dispute"]) this.part(kind).addEventListener("click", () => this.addMatter(kind));
  }

  grade(value) {
    const id = `grade-${value}`;
    return [el("input", { type: "radio", name: "satisfaction", id, value: String(value) }), el("label", { class: "chip", for: id }, t(`grade_${value}`))];
  }

  /** Open the form empty for a door. */
  open(door, title, topics) {
    this.topics = topics;
    this.form.reset();
    this.part("title").textContent = title;
    this.part("kind").textContent = [door.kind.label, door.name].filter(Boolean).join(" · ");
    this.part("matters").replaceChildren();
    this.complain("");
    this.form.hidden = false;
    this.part("title").focus();
  }

  close() {
    this.form.hidden = true;
  }

  addMatter(kind) {
    const holder = this.part("matters");
    if (holder.childElementCount >= MOST_MATTERS) {
      this.complain(t("matter_most", { n: MOST_MATTERS }));
      return;
    }
    const card = matterCard(kind, this.topics, (one) => one.remove());
    holder.append(card);
    card.querySelector("textarea").focus();
  }

  complain(words) {
    this.part("fault").textContent = words;
    this.part("fault").hidden = !words;
  }

  matters() {
    return [...this.part("matters").children].map((card) => ({
      kind: card.dataset.kind,
      category: card.querySelector("select").value,
      text: card.querySelector("textarea").value.trim(),
    }));
  }

  submit(event) {
    event.preventDefault();
    const matters = this.matters();
    const empty = matters.findIndex(({ text }) => text.length < 2);
    if (empty >= 0) {
      this.complain(t("matter_empty"));
      this.part("matters").children[empty].querySelector("textarea").focus();
      return;
    }
    const data = new FormData(this.form);
    const grade = data.get("satisfaction");
    this.saved({ satisfaction: grade ? Number(grade) : null, note: data.get("note").trim() || null, matters });
  }
}
