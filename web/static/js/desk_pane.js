/**
 * The pane: links and forms marked `data-pane` change it alone. Without this script they load the page;
 * when anything goes wrong, so does this.
 */

import { toast } from "./api.js";
import { el } from "./dom.js";
import { photosOf } from "./desk_form.js";
import { language, t } from "./strings.js";

const HEADERS = { Accept: "text/html", "X-Desk-Pane": "1" };
const $ = (id) => document.getElementById(id);

export class Pane {
  /**
   * @param {object} told `leaving()`: what the pane shows is about to go. `shown(element)`: it shows
   *   something else. `done()`: a form was sent and taken. `small`: media query of phones, where a list
   *   and a report are two pages.
   */
  constructor({ leaving, shown, done, small }) {
    Object.assign(this, { leaving, shown, done, small });
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("submit", (event) => this.submitted(event));
    addEventListener("popstate", () => this.open(location.href, { push: false }));
    history.replaceState({ desk: true }, "");
  }

  /** On a phone's list a link leads to another page. */
  get apart() {
    return this.small.matches && !document.body.classList.contains("desk-one");
  }

  clicked(event) {
    const link = event.target.closest("a[data-pane], a[data-report]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!link || !plain || this.apart) return;
    event.preventDefault();
    this.open(link.href);
  }

  /** Show what stands at an address. */
  async open(address, { push = true } = {}) {
    const turn = (this.turn = Symbol("open"));
    let response;
    try {
      response = await fetch(address, { headers: HEADERS });
    } catch {
      toast(`${t("offline")} ${t("offline_hint")}`, "bad");
      return;
    }
    const text = await response.text();
    if (turn !== this.turn) return;
    if (!this.place(text)) {
      location.assign(address); // whatever it is, the page itself says it
      return;
    }
    if (push) history.pushState({ desk: true }, "", address);
    this.settle();
  }

  /** Put the pane of an answer in the place of the one that stands here; false if it has none. */
  place(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("desk-detail");
    if (!fresh) return false;
    this.leaving();
    $("desk-detail").replaceWith(document.adoptNode(fresh));
    return true;
  }

  settle({ focus = true } = {}) {
    const pane = $("desk-detail");
    document.body.classList.toggle("desk-one", pane.dataset.shown === "yes");
    if (pane.dataset.title) document.title = document.title.replace(/^[^·]*/, `${pane.dataset.title} `);
    pane.scrollTop = 0;
    this.shown(pane);
    if (!focus) return;
    const first = pane.querySelector("[aria-invalid=true], .desk-sheet h2, h2");
    first?.focus({ preventScroll: !first.matches("[aria-invalid=true]") });
  }

  async submitted(event) {
    const form = event.target.closest("form[data-pane]");
    if (!form || (this.apart && form.method === "get")) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    if (form.method === "get") {
      this.open(`${form.getAttribute("action")}?${new URLSearchParams(this.dataOf(form, event.submitter))}`);
      return;
    }
    form.dataset.sending = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    await this.send(form);
    delete form.dataset.sending;
    event.submitter?.removeAttribute("aria-disabled");
  }

  dataOf(form, submitter) {
    const data = new FormData(form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    return data;
  }

  async send(form) {
    const kept = photosOf(form);
    let response;
    try {
      response = await fetch(form.getAttribute("action"), { method: "POST", headers: { ...HEADERS, "Accept-Language": language }, body: this.bodyOf(form, kept) });
    } catch {
      this.unsent(form, kept);
      return;
    }
    const text = await response.text();
    if (this.apart && response.ok) {
      location.assign(response.url); // from a phone's list: the report's own page
      return;
    }
    if (!this.place(text)) {
      if (response.redirected) location.assign(response.url);
      else toast(t("failed", { status: response.status }), "bad", 8);
      return;
    }
    // what was sent is no place to come back to
    if (response.redirected) history.replaceState({ desk: true }, "", response.url.replace(/([?&])done=\w+&?/, "$1").replace(/[?&]$/, ""));
    this.settle();
    if (response.ok) this.done();
    else photosOf($("desk-form"))?.take(kept);
  }

  /** What the form holds, with the photos made small; the file field itself travels empty. */
  bodyOf(form, photos) {
    const data = new FormData(form);
    if (photos) photos.fill(data);
    return data;
  }

  /** No network: whoever keeps steps (the outbox) takes it; else everything stays in the form. */
  unsent(form, photos) {
    const { number, action } = form.dataset;
    const keeper = new CustomEvent("desk:unsent", { cancelable: true, detail: { number, action, form, photos: photos?.photos ?? [] } });
    const taken = number && action && !document.dispatchEvent(keeper);
    toast(t(taken ? "kept" : "unsent"), taken ? "info" : "bad", 8);
  }

  /** Somebody moved the report that is shown: say so, and let the reader look when she is ready. */
  tellChanged(number) {
    const pane = $("desk-detail");
    if (pane.querySelector(".desk-changed") || pane.dataset.number !== number) return;
    const look = () => this.open(`/desk/${number}${location.search}`);
    pane.prepend(el("button", { class: "desk-changed", type: "button", onclick: look }, t("changed")));
  }
}
