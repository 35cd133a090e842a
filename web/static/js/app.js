/**
 * What every page does: the language switch keeps the place where the reader is (maps change the
 * address after the page was made).
 */

for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", () => {
    const address = new URL(link.href);
    address.searchParams.set("next", location.pathname + location.search);
    link.href = address.href;
  });
}
