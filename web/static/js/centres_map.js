/** The county's ground with the centres as dots in the colour of their state. */

import { el } from "./dom.js";
import { CountyMap } from "./map.js";
import { t } from "./strings.js";

const LAYERS = ["places", "water", "roads", "communities"];

export class CentresMap extends CountyMap {
  constructor({ failed }) {
    super({ buildings: false, layers: LAYERS, failed });
    this.dots = L.layerGroup().addTo(this.map);
    const wheel = this.map.scrollWheelZoom;
    wheel.disable(); // the page scrolls, until the map has the focus
    this.map.on("focus", () => wheel.enable()).on("blur", () => wheel.disable());
    L.control.zoom({ position: "bottomright", zoomInTitle: t("zoom_in"), zoomOutTitle: t("zoom_out") }).addTo(this.map);
  }

  /** A dot; `tone` as of badges, `chosen` is called by a tap or by Enter. */
  dot({ lon, lat, name, tone }, chosen = null) {
    const shape = L.divIcon({ className: `centre-dot tone-${tone}`, iconSize: [20, 20], html: el("span", {}) });
    const marker = L.marker([lat, lon], { icon: shape, title: name, alt: name, keyboard: Boolean(chosen), interactive: Boolean(chosen) });
    if (chosen) marker.on("click keypress", (event) => (event.originalEvent?.key ?? "Enter") === "Enter" && chosen());
    return marker.addTo(this.dots);
  }
}
