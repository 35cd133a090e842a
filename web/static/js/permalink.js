/**
 * What the page shows, as its address: ?lon=&lat=&z=&day=&building=&layers=. A link that is sent opens the
 * same card; Back closes it.
 */

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function numberIn(text, low, high) {
  const number = text === null || text.trim() === "" ? NaN : Number(text);
  return number >= low && number <= high ? number : null;
}

/** {lon, lat, z, day, building, layers} of the address; what is missing or nonsense is null. */
export function readState() {
  const query = new URLSearchParams(location.search);
  const [lon, lat] = [numberIn(query.get("lon"), -180, 180), numberIn(query.get("lat"), -90, 90)];
  const day = query.get("day");
  const complete = lon !== null && lat !== null;
  return {
    lon: complete ? lon : null,
    lat: complete ? lat : null,
    z: numberIn(query.get("z"), 1, 22),
    day: DAY.test(day ?? "") && !Number.isNaN(Date.parse(day)) ? day : null,
    building: query.get("building"),
    layers: (query.get("layers") ?? "").split(",").filter((key) => /^[a-z-]+$/.test(key)),
  };
}

/** Change some of the state; null takes it out. `push` makes it a step that Back undoes. */
export function writeState(changes, { push = false } = {}) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined) query.delete(name);
    else query.set(name, typeof value === "number" ? String(+value.toFixed(6)) : value);
  }
  const text = query.toString();
  const address = location.pathname + (text ? `?${text}` : "");
  if (address === location.pathname + location.search) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}
