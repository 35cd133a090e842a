/** The form that begins a plan: a day or a plan that is chosen is also meant, and a long wait is told. */

const form = document.getElementById("begin");

form?.addEventListener("input", (event) => {
  const origin = event.target.closest("[data-origin]")?.dataset.origin;
  if (origin) form.elements.origin.value = origin;
});

form?.addEventListener("submit", () => {
  form.querySelector("button.button-red").disabled = true;
  form.querySelector("[data-busy]").hidden = false;
});

// the browser's Back shows the page as it was left
addEventListener("pageshow", () => {
  if (!form) return;
  form.querySelector("button.button-red").disabled = false;
  form.querySelector("[data-busy]").hidden = true;
});
