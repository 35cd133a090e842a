/**
 * Photos of a report: chosen or taken, made smaller before they travel, shown, taken away again.
 * Drawing a photo anew also drops what it says about place and device.
 */

import { Problem } from "./api.js";
import { el, icon } from "./dom.js";
import { t } from "./kept_words.js";

export const MOST_PHOTOS = 3;
const KINDS = [null, "near", "far"];
const LONGEST_PX = 1600;
const QUALITY = 0.82;

function unreadable(name) {
  return new Problem({ code: "bad_photo", message: t("photo_unreadable", { name }) });
}

async function decoded(file) {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return image;
  } catch {
    throw unreadable(file.name);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A photo as a JPEG of at most `LONGEST_PX` a side: {name, type, bytes}. Throws a Problem. */
export async function shrunk(file) {
  const image = await decoded(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(image.naturalWidth, image.naturalHeight, 1));
  const canvas = el("canvas", {
    width: Math.max(1, Math.round(image.naturalWidth * scale)),
    height: Math.max(1, Math.round(image.naturalHeight * scale)),
  });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffffff"; // what was transparent would turn black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw unreadable(file.name);
  return { name: file.name.replace(/\.\w+$/, "") + ".jpg", type: blob.type, bytes: await blob.arrayBuffer() };
}

export class PhotoRow {
  /** `holder` has a label with the file field; `failed(problem)` hears what could not be used. */
  constructor(holder, { failed }) {
    Object.assign(this, { holder, failed, photos: [] });
    this.adder = holder.querySelector("label");
    this.field = holder.querySelector("input[type=file]");
    this.field.addEventListener("change", () => this.add([...this.field.files]));
  }

  async add(files) {
    this.field.value = ""; // the same file may be chosen again
    if (files.length > MOST_PHOTOS - this.photos.length) this.failed(new Problem({ code: "too_many", message: t("photo_most", { n: MOST_PHOTOS }) }));
    for (const file of files.slice(0, MOST_PHOTOS - this.photos.length)) {
      try {
        this.photos.push({ ...(await shrunk(file)), kind: null });
      } catch (problem) {
        this.failed(problem);
      }
      this.show();
    }
  }

  /** Show these instead. */
  set(photos) {
    this.photos = [...photos];
    this.show();
  }

  show() {
    for (const old of this.holder.querySelectorAll(".photo")) {
      URL.revokeObjectURL(old.querySelector("img").src);
      old.remove();
    }
    this.adder.before(...this.photos.map((photo, i) => this.preview(photo, i)));
    this.adder.hidden = this.photos.length >= MOST_PHOTOS;
  }

  /** Near, far or neither: an optional word for whoever goes there. */
  label(i, { kind }) {
    const turn = (event) => {
      const next = KINDS[(KINDS.indexOf(this.photos[i].kind ?? null) + 1) % KINDS.length];
      this.photos[i].kind = next;
      event.currentTarget.textContent = t(`photo_kind_${next}`);
      event.currentTarget.setAttribute("aria-label", t("photo_is", { n: i + 1, kind: t(`photo_kind_${next}`) }));
    };
    const words = t(`photo_kind_${kind ?? null}`);
    return el("button", { type: "button", class: "photo-kind", "aria-label": t("photo_is", { n: i + 1, kind: words }), onclick: turn }, words);
  }

  preview(photo, i) {
    const { bytes, type } = photo;
    const remove = () => {
      this.set(this.photos.filter((_, other) => other !== i));
      this.field.focus();
    };
    return el(
      "div",
      { class: "photo" },
      el("img", { src: URL.createObjectURL(new Blob([bytes], { type })), alt: t("photo_n", { n: i + 1 }) }),
      el("button", { type: "button", class: "photo-remove", "aria-label": t("photo_remove", { n: i + 1 }), onclick: remove }, icon("close")),
      this.label(i, photo),
    );
  }
}
