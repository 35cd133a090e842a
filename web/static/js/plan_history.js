/** The versions of a plan: what was done, when, by whom; each can be looked at and compared with. */

import { getJSON, toastProblem } from "./api.js";
import { el } from "./dom.js";
import { momentText } from "./plan_words.js";
import { numberText, t } from "./strings.js";

const AT_ONCE = 30;
const $ = (id) => document.getElementById(id);

export class History {
  /** `compare(word, name)`: compare the plan with a version. */
  constructor(model, { api, compare }) {
    Object.assign(this, { model, api, compare, most: AT_ONCE });
  }

  /** Ask for the versions and list them. */
  async show() {
    try {
      const { head, versions } = await getJSON(`${this.api}/versions`);
      this.list(head, versions);
    } catch (problem) {
      toastProblem(problem);
    }
  }

  list(head, versions) {
    const rest = versions.length - this.most;
    const lines = versions.slice(0, this.most).map((one) => el("li", { class: "row" }, this.line(head, one)));
    const more = rest > 0 && el("button", { class: "button", type: "button", onclick: () => this.openAll(head, versions) }, t("more_n", { n: rest }));
    $("versions").replaceChildren(...[el("ul", { class: "rows" }, lines), more].filter(Boolean));
  }

  openAll(head, versions) {
    this.most = versions.length;
    this.list(head, versions);
  }

  line(head, { version, edit, at, person }) {
    const name = t("version_n", { n: version });
    const words = el("span", { class: "row-text" }, el("b", {}, this.done(edit)), el("small", {}, [name, momentText(at), person].filter(Boolean).join(" · ")));
    const { id, version: shown } = this.model.state;
    if (version === shown) return [words, el("span", { class: "badge badge-green" }, t("now_showing"))];
    const address = version === head ? `/plans/${id}` : `/plans/${id}?version=${version}`;
    const open = el("a", { class: "button", href: address }, t("open_version"));
    const compare = el("button", { class: "button", type: "button", onclick: () => this.compare(`version:${version}`, name) }, t("compare_with"));
    return [words, el("span", { class: "plan-task" }, open, compare)];
  }

  done({ kind, atoms, parts, text }) {
    const more = {
      move: atoms && t("pieces_n", { n: numberText(atoms) }),
      lock_atoms: atoms && t("pieces_n", { n: numberText(atoms) }),
      split: parts && t("parts_n", { n: parts }),
      rename: text,
      renumber: text,
    }[kind];
    return [t(`step_${kind}`), more].filter(Boolean).join(" · ");
  }
}
