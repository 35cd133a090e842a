/**
 * What every page does: the language switch keeps the place where the reader is (maps change the
 * address after the page was made); the bar of a phone shows where one is, also when it is pushed sideways.
 */

for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", () => {
    const address = new URL(link.href);
    address.searchParams.set("next", location.pathname + location.search);
    link.href = address.href;
  });
}

const bar = document.querySelector(".tabbar");
const current = bar?.querySelector("[aria-current]");
if (current) bar.scrollLeft = current.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
