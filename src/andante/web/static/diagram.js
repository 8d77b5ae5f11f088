// The diagram, drawn by bpmn-js (its logo stays where it is), and its marks: tokens, what is done, incidents. The list
// of steps says the same in words; choosing a step shows it here.

const drawing = document.querySelector("[data-diagram]");
const canvasPlace = drawing?.querySelector(".canvas");
const STATES = ["done", "active", "paused", "incident", "cancelled"];

function without(words) {
  canvasPlace.replaceChildren(words);
  canvasPlace.classList.add("without");
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

async function draw() {
  const viewer = new BpmnJS({
    container: canvasPlace,
    bpmnRenderer: { defaultFillColor: "var(--shape)", defaultStrokeColor: "var(--flow)", defaultLabelColor: "var(--text)" },
    textRenderer: { defaultStyle: { fontFamily: "system-ui, sans-serif", fontSize: 12 }, externalStyle: { fontSize: 11 } },
  });
  const answer = await fetch(drawing.dataset.diagram, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas"), overlays = viewer.get("overlays"), registry = viewer.get("elementRegistry");

  function fit() {
    canvas.zoom("fit-viewport", "auto");
    if (canvas.zoom() > 1) canvas.zoom(1, "auto");
  }

  let shown = "";
  function mark() {
    const text = document.getElementById("marks")?.dataset.marks ?? "{}";
    if (text === shown) return;
    shown = text;
    overlays.clear();
    const marks = JSON.parse(text);
    for (const element of registry.getAll()) {
      if (element.labelTarget) continue;
      for (const state of STATES) canvas.removeMarker(element.id, `at-${state}`);
      const found = marks[element.id];
      if (!found) continue;
      canvas.addMarker(element.id, `at-${found.state}`);
      const here = found.tokens > 0 || found.state === "incident";
      if (found.until) overlays.add(element.id, { position: { bottom: 10, left: 4 }, html: waiting(found.until) });
      if (here) overlays.add(element.id, { position: { top: -10, right: 10 }, html: token(found) });
      else if (found.passed > 1) overlays.add(element.id, { position: { bottom: 10, right: 10 }, html: token(found) });
    }
  }

  let chosen = "";
  function choose(wanted) {
    const id = wanted === chosen ? "" : wanted;
    for (const told of document.querySelectorAll("[data-about]")) told.classList.toggle("dim", Boolean(id) && told.dataset.about !== id);
    if (chosen && registry.get(chosen)) canvas.removeMarker(chosen, "chosen");
    for (const step of document.querySelectorAll(".step")) {
      step.setAttribute("aria-pressed", String(step.dataset.element === id));
    }
    chosen = registry.get(id) ? id : "";
    if (chosen) canvas.addMarker(chosen, "chosen");
  }

  document.addEventListener("click", (event) => {
    const step = event.target.closest(".step");
    const zoom = event.target.closest("[data-zoom]");
    if (step && registry.get(step.dataset.element)) {
      choose(step.dataset.element);
      canvas.scrollToElement(step.dataset.element, 60);
    } else if (zoom?.dataset.zoom === "fit") fit();
    else if (zoom) viewer.get("zoomScroll").stepZoom(zoom.dataset.zoom === "in" ? 1 : -1);
  });
  viewer.get("eventBus").on("element.click", ({ element }) => choose(element.id));
  document.addEventListener("andante:live", mark);
  addEventListener("resize", () => { canvas.resized(); fit(); });
  fit();
  mark();
}

if (drawing && typeof BpmnJS === "function") {
  draw().catch(() => without("The file has no drawing that can be shown. The steps say where it stands."));
} else if (drawing) {
  without("The drawing library is not built in. The steps say where it stands.");
}
