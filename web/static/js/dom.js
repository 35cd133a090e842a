/**
 * Elements without innerHTML: whatever comes from data is text and stays text.
 */

/**
 * Make an element. `props` are attributes; `class` and `on…` (listeners) are understood; null and
 * false are left out. Children are nodes or strings; null and false are left out too.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An icon of the sprite in base.html, hidden from screen readers: the words beside it speak. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Let a button that the page shows disabled be pressed from now on: a press before it would be lost. */
export function wake(button, pressed) {
  if (!button) return;
  button.addEventListener("click", pressed);
  button.disabled = false;
}
