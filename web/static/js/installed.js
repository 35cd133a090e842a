/**
 * Makes the site installable and open without a network: registers the service worker where the browser
 * allows it (https, or this very machine), and offers the phone's home screen.
 */

import { language } from "./strings.js";

/** Register the worker once the page is quiet: it must not compete with what the reader waits for. */
export function registerWorker() {
  if (!isSecureContext || !("serviceWorker" in navigator)) return;
  const start = () => navigator.serviceWorker.register(`/sw.js?lang=${language}`).catch(() => {}); // the page works without
  if (document.readyState === "complete") start();
  else addEventListener("load", () => setTimeout(start, 1000), { once: true });
}

/** Show `button` when the browser would install the site, and `insecure` where it cannot. */
export function offerInstall(button, insecure) {
  insecure.hidden = isSecureContext;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    button.hidden = false;
    button.onclick = async () => {
      button.hidden = true;
      await event.prompt();
    };
  });
  addEventListener("appinstalled", () => (button.hidden = true));
}
