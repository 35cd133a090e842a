/**
 * Between the form of a move at the desk and the step of the API: what a form holds as the API's fields,
 * and back.
 */

const PLAIN = ["note", "reason", "outcome", "until", "category", "main"];

function chosen(data, name) {
  const value = data.get(name);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function yes(data, name) {
  return ["1", "yes", "true"].includes(chosen(data, name));
}

function numbers(data, names) {
  const values = names.map((name) => chosen(data, name));
  return values.includes(null) ? null : values.map(Number);
}

function answerOf(data) {
  const satisfaction = chosen(data, "satisfaction");
  if (!satisfaction) return null;
  return { contacted: yes(data, "contacted"), solved: yes(data, "solved"), satisfaction, remark: chosen(data, "remark") };
}

function placeOf(data) {
  const [lon, lat] = numbers(data, ["lon", "lat"]) ?? [];
  if (lon === undefined) return null;
  const [accuracy = null] = numbers(data, ["accuracy"]) ?? [];
  return { lon, lat, crs: "wgs84", accuracy, source: chosen(data, "source") ?? "pin" };
}

/** What a form holds, named as the API names it; what is empty is left out. */
export function fieldsOf(form, action) {
  const data = new FormData(form);
  const [spotLon, spotLat] = numbers(data, ["spot_lon", "spot_lat"]) ?? [];
  const [post = null] = numbers(data, ["post"]) ?? [];
  const fields = {
    action,
    version: Number(chosen(data, "version")),
    ...Object.fromEntries(PLAIN.map((name) => [name, chosen(data, name)])),
    post,
    agencies: data.getAll("agencies").map(Number),
    answer: answerOf(data),
    place: placeOf(data),
    spot: spotLon === undefined ? null : { lon: spotLon, lat: spotLat },
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value.length !== 0));
}

function set(form, name, values) {
  for (const field of form.querySelectorAll(`[name="${name}"]`)) {
    if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
}

/** Put a step back into a form; its version stays the form's own, which is that of now. */
export function refill(form, fields) {
  for (const name of [...PLAIN, "post"]) if (name in fields) set(form, name, [String(fields[name])]);
  if (fields.agencies) set(form, "agencies", fields.agencies.map(String));
  if (!fields.answer) return;
  const { contacted, solved, satisfaction, remark } = fields.answer;
  for (const [name, value] of Object.entries({ contacted: contacted ? "1" : "0", solved: solved ? "1" : "0", satisfaction, remark: remark ?? "" })) {
    set(form, name, [value]);
  }
}
