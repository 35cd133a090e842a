/**
 * The standalone coverage map (web/pages/coverage_standalone.py puts this into the file). The data
 * stand as JSON in the page; folium's script has made the Leaflet map. Words only by textContent.
 */

"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const { words, days, checks } = data;
  const map = window.map_county;
  const STEP_MS = 1200;
  const DAY_MS = 86400000;
  const state = { at: days.length - 1, check: null, open: null };
  const group = L.layerGroup().addTo(map);
  const canvas = L.canvas({ padding: 0.3 });
  let timer = null;

  const fill = (text, places) => text.replace(/\{(\w+)\}/g, (whole, key) => places[key] ?? whole);

  function el(tag, { className, text, ...more } = {}, children = []) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    for (const [name, value] of Object.entries(more)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /** What is required is missing; what is only advised warns. */
  const lackingShade = (check) => (checks[check].lacking === "missing" ? String(data.worst) : "warned");

  /** Like geodata/handouts/shades.py: by number of gaps, or for one check. */
  function shade({ missing, held }) {
    if (state.check === null) return String(Math.min(missing, data.worst));
    return { 1: "held", 0: lackingShade(state.check), "-1": "none" }[held[state.check]];
  }

  function sharedEnding(names) {
    if (names.length < 2) return 0;
    let ending = names[0].slice(1);
    while (ending && !names.every((name) => name.length > ending.length && name.endsWith(ending))) ending = ending.slice(1);
    return ending.length;
  }

  function middle(polygon) {
    const size = ({ _southWest: a, _northEast: b }) => (b.lat - a.lat) * (b.lng - a.lng);
    const parts = polygon.getLatLngs();
    const largest = parts.reduce((best, part) => (size(L.latLngBounds(part[0])) > size(L.latLngBounds(best[0])) ? part : best));
    return L.PolyUtil.polygonCenter(largest[0], L.CRS.EPSG3857);
  }

  function drawMap(day) {
    group.clearLayers();
    const cut = sharedEnding(day.communities.map(({ name }) => name));
    for (const one of day.communities) {
      if (one.shape === null) continue;
      const key = shade(one);
      const chosen = one.name === state.open;
      const polygon = L.polygon(data.shapes[one.shape], {
        renderer: canvas, color: chosen ? "#1b2430" : "#fff", weight: chosen ? 3 : 1.5, fillColor: data.colors[key], fillOpacity: 0.92,
      });
      polygon.on("click", () => open(one.name));
      group.addLayer(polygon);
      const name = el("span", { text: cut ? one.name.slice(0, -cut) : one.name });
      const dark = data.dark.includes(key) ? " dark" : "";
      group.addLayer(L.marker(middle(polygon), { interactive: false, keyboard: false, icon: L.divIcon({ className: `place-name${dark}`, html: name, iconSize: [0, 0] }) }));
    }
  }

  function drawLegend(day) {
    const counted = (key) => day.communities.filter((one) => shade(one) === key).length;
    const classes = state.check === null
      ? Array.from({ length: data.worst + 1 }, (_, n) => [String(n), n === 0 ? words.all_held : fill(n === data.worst ? words.missing_more : words.missing_n, { n })])
      : [["held", words.held], [lackingShade(state.check), words[checks[state.check].lacking]], ["none", words.not_asked]].filter(([key]) => key !== "none" || counted("none"));
    $("legend").replaceChildren(...classes.map(([key, text]) => {
      const box = el("i");
      box.style.background = data.colors[key];
      return el("li", {}, [box, `${text} ${counted(key)}`]);
    }));
  }

  function drawRows(day) {
    const marks = { held: "✓", missing: data.language === "zh" ? words.missing : "✗", warned: "△", none: "—" };
    $("rows").replaceChildren(...day.communities.map((one) => {
      const button = el("button", { type: "button", text: one.name });
      button.addEventListener("click", () => open(one.name));
      const cells = one.held.map((held, place) => {
        const name = { 1: "held", 0: checks[place].lacking, "-1": "none" }[held];
        return el("td", { className: place === state.check ? `${name} chosen` : name, text: marks[name] });
      });
      return el("tr", { className: one.name === state.open ? "chosen" : "" }, [el("th", { scope: "row" }, [button]), ...cells, el("td", { text: String(one.missing) })]);
    }));
    document.querySelectorAll("thead th").forEach((head, place) => head.classList.toggle("chosen", place - 1 === state.check));
  }

  /** What is missing in the open community, since when, why, and how it is mended. */
  function drawDetail(day) {
    const one = day.communities.find(({ name }) => name === state.open);
    $("detail").hidden = state.open === null;
    if (state.open === null) return;
    const shut = el("button", { type: "button", text: words.close });
    shut.addEventListener("click", () => open(null));
    const head = el("header", {}, [el("h2", { text: state.open }), shut]);
    if (!one) return $("detail").replaceChildren(head, el("p", { text: words.not_there }));
    const parts = one.findings.flatMap(([place, left, numbers]) => {
      const found = numbers.map((number) => data.findings[number]).map(([subject, since, why, mend]) => [subject, since, data.texts[why], data.texts[mend]]);
      const items = found.map(([subject, since, why]) => el("li", {}, [subject === one.name ? why : `${subject}: ${why}`, el("small", { text: sinceWords(since, day) })]));
      if (left) items.push(el("li", { text: fill(words.more_n, { n: left }) }));
      const mend = [...new Set(found.map(([, , , how]) => how))];
      return [el("h3", { className: checks[place].lacking, text: checks[place].label }), el("ul", {}, items), ...mend.map((how) => el("p", { className: "mend", text: `${words.mend}: ${how}` }))];
    });
    $("detail").replaceChildren(head, el("p", { className: "mend", text: one.township }), ...(parts.length ? parts : [el("p", { text: words.nothing_missing })]));
  }

  function sinceWords(since, day) {
    const n = Math.max(0, Math.round((Date.parse(day.iso) - Date.parse(since)) / DAY_MS));
    return fill(words.since_days, { day: since, n });
  }

  function draw() {
    const day = days[state.at];
    $("as-of").textContent = `${fill(words.as_of, { day: day.day })} · ${fill(words.totals, { communities: day.communities.length, complete: day.complete, missing: day.missing })}`;
    $("label").textContent = day.label;
    $("when").value = String(state.at);
    $("when").setAttribute("aria-valuetext", day.label);
    drawMap(day);
    drawLegend(day);
    drawRows(day);
    drawDetail(day);
  }

  function open(name) {
    state.open = name;
    draw();
    if (name === null) return;
    $("detail").focus({ preventScroll: true });
    $("detail").scrollIntoView({ block: "nearest" });
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    $("play").textContent = words.play;
    $("play").setAttribute("aria-pressed", "false");
  }

  function play() {
    if (state.at === days.length - 1) state.at = 0;
    $("play").textContent = words.stop;
    $("play").setAttribute("aria-pressed", "true");
    draw();
    timer = setInterval(() => {
      if (state.at === days.length - 1) return stop();
      state.at += 1;
      draw();
    }, STEP_MS);
  }

  function whole() {
    const room = $("legend").parentElement.offsetHeight + 18;
    const bounds = L.latLngBounds(days[state.at].communities.filter(({ shape }) => shape !== null).flatMap(({ shape }) => data.shapes[shape].flat(2)));
    map.fitBounds(bounds, { paddingTopLeft: [12, 12], paddingBottomRight: [map.getSize().x > 600 ? 70 : 12, room], animate: false });
  }

  $("play").addEventListener("click", () => (timer === null ? play() : stop()));
  $("when").addEventListener("input", () => {
    stop();
    state.at = Number($("when").value);
    draw();
  });
  $("check").addEventListener("change", () => {
    state.check = $("check").value === "" ? null : Number($("check").value);
    draw();
  });
  $("zoom-in").addEventListener("click", () => map.zoomIn());
  $("zoom-out").addEventListener("click", () => map.zoomOut());
  $("whole").addEventListener("click", whole);
  addEventListener("keydown", (event) => event.key === "Escape" && open(null));
  map.options.zoomSnap = 0.25; // the county fills its frame
  draw();
  whole();
  document.body.dataset.ready = "handout";
})();
