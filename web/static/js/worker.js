/**
 * The service worker: keeps the shell of the report pages, of the round of doors and of the list of what is
 * kept, so that they open without a network. It keeps no data: what the API answers, pages of the desk and
 * of reports pass it by. `SHELL` ({version, pages, files}) stands above, laid there by the server.
 */

const CACHE = `shell-${SHELL.version}`;
const LEFT_BEHIND = ["gridmap-queue", "gridmap-round"]; // see last_queue.js and last_round.js
const PATIENCE_MS = 6000; // a network that is there and gives nothing is none

async function install() {
  const cache = await caches.open(CACHE);
  const paths = [...SHELL.files, ...Object.values(SHELL.pages)];
  await cache.addAll(paths.map((path) => new Request(path, { cache: "no-cache", credentials: "omit" })));
  await self.skipWaiting(); // pages ask the network first: an open one never mixes versions
}

async function dropOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shell-") && name !== CACHE).map((name) => caches.delete(name)));
}

/** The network's answer; what is kept where there is none, or none in `patience` milliseconds. */
async function fresh(request, keptAt, patience) {
  const answer = fetch(request);
  const kept = await caches.match(keptAt, { cacheName: CACHE });
  if (!kept) return answer;
  const late = new Promise((_, reject) => patience && setTimeout(reject, patience));
  return Promise.race([answer, late]).catch(() => kept);
}

/** The form opens as a form, the round as a round; whatever else is out of reach, what is kept is shown instead. */
function page(request, path) {
  const own = { "/report": SHELL.pages.report, "/rounds/walk": SHELL.pages.round, "/road/report": SHELL.pages.road }[path];
  return own ? fresh(request, own, PATIENCE_MS) : fresh(request, SHELL.pages.kept, 0);
}

/** Whoever signs out, or is asked to sign in, leaves no list behind. */
function endsSession({ method }, path) {
  return path === "/sign-in" || (path === "/sign-out" && method === "POST");
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(dropOlder()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (endsSession(request, pathname)) LEFT_BEHIND.forEach((name) => indexedDB.deleteDatabase(name));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request, pathname));
  else if (SHELL.files.includes(pathname)) event.respondWith(fresh(request, pathname, PATIENCE_MS));
});
