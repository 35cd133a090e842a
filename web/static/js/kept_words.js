/**
 * Words in the reader's language for what is kept on this phone: from the page's own strings, or from
 * `#kept-strings` on pages that include report_outbox.html.
 */

import { t as pageWords } from "./strings.js";

const holder = document.getElementById("kept-strings");
const strings = holder ? JSON.parse(holder.textContent) : {};

/** The string `key` with its `{places}` filled. */
export function t(key, values = {}) {
  if (!(key in strings)) return pageWords(key, values);
  return strings[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
