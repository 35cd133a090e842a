/** The export menu (coverage_export.html) closes as menus do: by a choice, a click elsewhere, Escape. */

const menu = document.getElementById("export");

function close() {
  menu.open = false;
}

menu.addEventListener("click", (event) => event.target.closest("a") && close());
document.addEventListener("click", (event) => menu.contains(event.target) || close(), true); // a cell keeps its click to itself
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  close();
  menu.querySelector("summary").focus();
});
