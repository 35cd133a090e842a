/**
 * Calls to our own API. Refusals come as problem JSON {code, message, field, hint, differs} in the reader's
 * language and are thrown as `Problem`; a lost connection is a Problem too.
 */

import { el } from "./dom.js";
import { language, t } from "./strings.js";

/** A refusal to show: `message` and `hint` are sentences, `code` is for programs, `status` 0 = no network;
    `differs`: what another has saved meanwhile, where the refusal says so. */
export class Problem extends Error {
  constructor({ code, message, field = null, hint = "", differs = null, status = 0 }) {
    super(message);
    Object.assign(this, { name: "Problem", code, field, hint, differs, status });
  }
}

function address(path, params) {
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(given).toString();
  return query ? `${path}?${query}` : path;
}

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // not JSON: a proxy or a crashed server answered; the status is all there is
  }
  const message = body.message || t("failed", { status: response.status });
  return new Problem({ code: "failed", ...body, message, status: response.status });
}

async function call(path, options) {
  let response;
  try {
    // the page's language, not the browser's: an answer is read beside the page's own words
    const headers = { "Accept-Language": language, ...options.headers };
    response = await fetch(path, { credentials: "same-origin", ...options, headers });
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw new Problem({ code: "offline", message: t("offline"), hint: t("offline_hint") });
  }
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? null : response.json();
}

/** GET JSON. `params` become the query (empty ones are left out); `signal` aborts. */
export function getJSON(path, params = {}, { signal } = {}) {
  return call(address(path, params), { signal, headers: { Accept: "application/json" } });
}

/** POST a FormData, or anything else as JSON, with the page's CSRF token. */
export function post(path, body, { headers = {}, signal } = {}) {
  const form = body instanceof FormData;
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  return call(path, {
    method: "POST",
    signal,
    body: form ? body : JSON.stringify(body),
    headers: {
      Accept: "application/json",
      ...(form ? {} : { "Content-Type": "application/json" }),
      ...(token ? { "X-CSRFToken": token } : {}),
      ...headers,
    },
  });
}

/** Show a line for some seconds at the page's edge. `kind`: info, good, bad. Read out politely. */
export function toast(message, kind = "info", seconds = 5) {
  const holder = document.getElementById("toasts");
  const line = el("p", { class: `toast toast-${kind}` }, message);
  holder.append(line);
  while (holder.childElementCount > 3) holder.firstElementChild.remove();
  setTimeout(() => line.remove(), seconds * 1000);
}

/** Tell the reader of a Problem by toast; an aborted call is nobody's business. */
export function toastProblem(problem) {
  if (problem.name === "AbortError") return;
  if (!(problem instanceof Problem)) throw problem;
  toast([problem.message, problem.hint].filter(Boolean).join(" "), "bad", 8);
}
