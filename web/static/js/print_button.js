/** The button of a page that is made for paper. */

document.getElementById("print").addEventListener("click", () => window.print());
