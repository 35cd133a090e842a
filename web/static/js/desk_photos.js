/**
 * Evidence: photos made small before they travel, each with what it shows.
 */

import { Problem } from "./api.js";
import { el, icon } from "./dom.js";
import { shrunk } from "./photos.js";
import { t } from "./strings.js";

export class EvidenceRow {
  /** `holder` has the file field and a template of kinds; `failed(problem)` hears what was not usable. */
  constructor(holder, { failed }) {
    Object.assign(this, { holder, failed, photos: [] });
    this.most = Number(holder.dataset.most);
    this.field = holder.querySelector("input[type=file]");
    this.adder = this.field.closest("label");
    this.kinds = holder.querySelector("template").content;
    this.field.addEventListener("change", () => this.add([...this.field.files]));
  }

  async add(files) {
    this.field.value = ""; // the same file may be chosen again
    const room = this.most - this.photos.length;
    if (files.length > room) this.failed(new Problem({ code: "too_many", message: t("photo_most", { n: this.most }) }));
    for (const file of files.slice(0, room)) {
      try {
        this.photos.push({ ...(await shrunk(file)), kind: this.kinds.querySelector("option").value });
      } catch (problem) {
        this.failed(problem);
      }
      this.show();
    }
  }

  /** Take over the photos of a form that this one replaces. */
  take(other) {
    if (!other?.photos.length) return;
    this.photos = other.photos;
    this.show();
  }

  /** Put the photos and their kinds into a form's data. */
  fill(data) {
    data.delete("photos");
    data.delete("photo_kinds");
    for (const { name, type, bytes, kind } of this.photos) {
      data.append("photos", new Blob([bytes], { type }), name);
      data.append("photo_kinds", kind);
    }
  }

  show() {
    for (const old of this.holder.querySelectorAll(".photo")) {
      URL.revokeObjectURL(old.querySelector("img").src);
      old.remove();
    }
    this.adder.before(...this.photos.map((photo, i) => this.preview(photo, i)));
    this.adder.hidden = this.photos.length >= this.most;
  }

  preview(photo, i) {
    const n = { n: i + 1 };
    const remove = () => {
      this.photos = this.photos.filter((one) => one !== photo);
      this.show();
      this.field.focus();
    };
    const kinds = el("select", { class: "input", "aria-label": t("photo_shows", n), onchange: () => (photo.kind = kinds.value) });
    kinds.append(this.kinds.cloneNode(true));
    kinds.value = photo.kind;
    return el(
      "div",
      { class: "photo" },
      el("img", { src: URL.createObjectURL(new Blob([photo.bytes], { type: photo.type })), alt: t("photo_n", n) }),
      el("button", { type: "button", "aria-label": t("photo_remove", n), onclick: remove }, icon("close")),
      kinds,
    );
  }
}
