// Diagrams, drawn by bpmn-js (its logo stays where it is), and their marks: tokens, what is done, incidents, and whatever
// `classes` and `badges` a page gives an element. The lists beside say the same in words; choosing an element there
// (data-element) shows it here: in the drawing of the same data-file, else in all of them.

(() => {
const STATES = ["done", "active", "paused", "incident", "cancelled"];
const drawings = [];

function without(drawing, words) {
  const place = drawing.querySelector(".canvas");
  place.replaceChildren(words);
  place.classList.add("without");
  drawing.querySelector(".toolbar").hidden = true;
}

function token({ state, word, tokens, passed }) {
  const mark = document.createElement("span");
  mark.className = `token ${state}`;
  mark.title = word;
  mark.textContent = state === "incident" ? "!" : state === "done" ? String(passed) : String(tokens);
  return mark;
}

function waiting(until) {
  const mark = document.createElement("span");
  mark.className = "until";
  mark.textContent = `\u23f2 ${until}`;
  return mark;
}

function label({ text, title, tone }) {
  const mark = document.createElement("span");
  mark.className = `token ${tone}`;
  if (title) mark.title = title;
  mark.textContent = text;
  return mark;
}

const CORNERS = { above: { top: -10, right: 10 }, below: { bottom: 10, right: 10 }, before: { top: -10, left: -6 } };

async function source(drawing) {
  if (drawing.dataset.xml) return drawing.dataset.xml;
  const answer = await fetch(drawing.dataset.diagram, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

async function draw(drawing) {
  const viewer = new BpmnJS({
    container: drawing.querySelector(".canvas"),
    bpmnRenderer: { defaultFillColor: "var(--shape)", defaultStrokeColor: "var(--flow)", defaultLabelColor: "var(--text)" },
    textRenderer: { defaultStyle: { fontFamily: "system-ui, sans-serif", fontSize: 12 }, externalStyle: { fontSize: 11 } },
  });
  await viewer.importXML(await source(drawing));
  const canvas = viewer.get("canvas"), overlays = viewer.get("overlays"), registry = viewer.get("elementRegistry");

  function fit() {
    canvas.zoom("fit-viewport", "auto");
    if (canvas.zoom() > 1) canvas.zoom(1, "auto");
  }

  let shown = "", given = [];
  function mark() {
    const text = drawing.querySelector("[data-marks]")?.dataset.marks ?? "{}";
    if (text === shown) return;
    shown = text;
    overlays.clear();
    for (const [id, name] of given) if (registry.get(id)) canvas.removeMarker(id, name);
    given = [];
    const marks = JSON.parse(text);
    for (const element of registry.getAll()) {
      if (element.labelTarget) continue;
      for (const state of STATES) canvas.removeMarker(element.id, `at-${state}`);
      const found = marks[element.id];
      if (!found) continue;
      for (const name of found.classes ?? []) {
        canvas.addMarker(element.id, name);
        given.push([element.id, name]);
      }
      for (const badge of found.badges ?? []) overlays.add(element.id, { position: CORNERS[badge.at], html: label(badge) });
      if (!found.state) continue;
      canvas.addMarker(element.id, `at-${found.state}`);
      const here = found.tokens > 0 || found.state === "incident";
      if (found.until) overlays.add(element.id, { position: { bottom: 10, left: 4 }, html: waiting(found.until) });
      if (here) overlays.add(element.id, { position: { top: -10, right: 10 }, html: token(found) });
      else if (found.passed > 1) overlays.add(element.id, { position: { bottom: 10, right: 10 }, html: token(found) });
    }
  }

  let chosen = "";
  function choose(id) {
    if (chosen && registry.get(chosen)) canvas.removeMarker(chosen, "chosen");
    chosen = registry.get(id) ? id : "";
    if (chosen) canvas.addMarker(chosen, "chosen");
  }

  const self = {
    drawing, choose, fit,
    has: (id) => Boolean(registry.get(id)),
    show: (id) => canvas.scrollToElement(id, 60),
    zoom: (by) => viewer.get("zoomScroll").stepZoom(by),
  };
  viewer.get("eventBus").on("element.click", ({ element }) => chooseIn([self], element.id));
  document.addEventListener("andante:live", mark);
  addEventListener("resize", () => { canvas.resized(); fit(); });
  fit();
  mark();
  drawings.push(self);
}

let at = "";
function chooseIn(places, wanted) {
  const id = wanted === at ? "" : wanted;
  at = id;
  for (const told of document.querySelectorAll("[data-about]")) told.classList.toggle("dim", Boolean(id) && told.dataset.about !== id);
  for (const step of document.querySelectorAll("button[data-element]")) {
    step.setAttribute("aria-pressed", String(step.dataset.element === id));
  }
  for (const each of places) each.choose(id);
}

document.addEventListener("click", (event) => {
  const step = event.target.closest("button[data-element]");
  const zoom = event.target.closest("[data-zoom]");
  if (step) {
    const file = step.closest("[data-file]");
    const able = drawings.filter((each) => !file || file.contains(each.drawing));
    const drawn = (id) => able.some((each) => each.has(id));
    const id = [step.dataset.element, ...(step.dataset.near ?? "").split(" ")].find((each) => each && drawn(each));
    if (!id) return;
    chooseIn(able, id);
    if (at) step.setAttribute("aria-pressed", "true");
    for (const each of able) if (each.has(id)) each.show(id);
  } else if (zoom) {
    const each = drawings.find((one) => one.drawing.contains(zoom));
    if (zoom.dataset.zoom === "fit") each?.fit();
    else each?.zoom(zoom.dataset.zoom === "in" ? 1 : -1);
  }
});

for (const drawing of document.querySelectorAll("[data-diagram]")) {
  if (typeof BpmnJS === "function") {
    draw(drawing).catch(() => without(drawing, "The file has no drawing that can be shown. The steps say where it stands."));
  } else without(drawing, "The drawing library is not built in. The steps say where it stands.");
}
})();
