/**
 * Where the device is. Browsers tell it over HTTPS (or on this machine) only, and only when asked.
 */

import { Problem } from "./api.js";
import { t } from "./strings.js";

const CODES = { 1: "gps_denied", 2: "gps_unavailable", 3: "gps_timeout" };

/**
 * Ask the device once. Resolves to {lon, lat, accuracy}: WGS 84, and the radius in metres that holds
 * the true place in 95 % of cases. Rejects with a Problem in words.
 */
export function whereAmI({ seconds = 12 } = {}) {
  const refuse = (code) => new Problem({ code, message: t(code), hint: t("gps_hint") });
  if (!("geolocation" in navigator) || !window.isSecureContext) return Promise.reject(refuse("gps_insecure"));
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy }),
      ({ code }) => reject(refuse(CODES[code] ?? "gps_unavailable")),
      { enableHighAccuracy: true, timeout: seconds * 1000, maximumAge: 10_000 },
    );
  });
}
