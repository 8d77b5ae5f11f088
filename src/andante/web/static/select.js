// Choosing rows of a list: one, a range, the page, all that match. What is chosen stays when the list is brought up to
// date. The bar says what can be done with those chosen, or why not; what is asked opens in a dialog.

const bar = document.querySelector("[data-bulkbar]");
const dialog = document.querySelector("[data-loaded]");
const tally = bar.querySelector("[data-tally]"), reason = bar.querySelector("[data-reason]");
const every = bar.querySelector("[data-pick-all]"), none = bar.querySelector("[data-pick-none]");
const chosen = new Map();  // id: [what it is, name of its definition]
let last = "";

const boxes = () => all("[data-pick]");
const list = () => document.querySelector("[data-picks]");
const able = {
  suspend: (kinds) => kinds.some((each) => each.includes("open") && !each.includes("suspended")),
  resume: (kinds) => kinds.some((each) => each.includes("suspended")),
  retry: (kinds) => kinds.some((each) => each.includes("broken")),
  terminate: (kinds) => kinds.some((each) => each.includes("open")),
};

function note(box) {
  if (box.checked) chosen.set(box.value, [box.dataset.pick.split(" "), box.dataset.name]);
  else chosen.delete(box.value);
}

function why(action) {  // it is not possible; "" if it is
  const button = bar.querySelector(`[data-does="${action}"]`);
  if (every.checked) return action === "migrate" && !bar.querySelector("[name=name]") ? button.dataset.why : "";
  const kinds = [...chosen.values()].map(([kind]) => kind), names = new Set([...chosen.values()].map(([, name]) => name));
  const possible = action === "migrate" ? names.size === 1 && able.terminate(kinds) : able[action](kinds);
  return possible ? "" : button.dataset.why;
}

function show() {
  const total = Number(list()?.dataset.total ?? 0);
  if (!total) every.checked = false;
  bar.hidden = !chosen.size && !every.checked;
  none.hidden = false;
  tally.textContent = (every.checked ? tally.dataset.many : tally.dataset.one).replace("%(num)s", every.checked ? total : chosen.size);
  const words = every.parentElement.querySelector("[data-all]");
  words.textContent = words.dataset.all.replace("%(num)s", total);
  for (const button of all("[data-does]", bar)) {
    const text = why(button.dataset.does);
    button.setAttribute("aria-disabled", String(Boolean(text)));
    button.title = text;
  }
  reason.textContent = "";
  const page = document.querySelector("[data-pick-page]");
  if (page) {
    const here = boxes(), many = here.filter((each) => each.checked).length;
    page.checked = many > 0 && many === here.length;
    page.indeterminate = many > 0 && many < here.length;
  }
}

function again() {  // after the list was brought up to date
  const here = new Set(boxes().map((box) => box.value));
  for (const id of chosen.keys()) if (!here.has(id)) chosen.delete(id);
  for (const box of boxes()) {
    box.checked = chosen.has(box.value);
    if (box.checked) note(box);
  }
  show();
}

function upTo(box) {  // from where it was chosen last
  const here = boxes(), from = here.findIndex((each) => each.value === last), to = here.indexOf(box);
  for (const each of here.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1)) {
    each.checked = true;
    note(each);
  }
  last = box.value;
  show();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-pick]");
  if (!box) return;
  if (event.shiftKey && last) { upTo(box); return; }
  note(box);
  last = box.value;
  show();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-page]")) {
    for (const box of boxes()) { box.checked = event.target.checked; note(box); }
    show();
  } else if (event.target === every) show();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "X" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || localStorage.getItem(KEYS_OFF)) return;
  const box = document.activeElement?.closest("[data-row]")?.querySelector("[data-pick]");
  if (box) upTo(box);
});
none.addEventListener("click", () => {
  chosen.clear();
  every.checked = false;
  again();
});

bar.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter, text = why(button.dataset.does);
  if (text) { reason.textContent = text; return; }
  const query = new URLSearchParams(new FormData(bar));
  query.set("action", button.value);
  if (every.checked) query.delete("id"); else query.delete("all");
  const address = `${bar.getAttribute("action")}?${query}`;
  if (button.value === "migrate") { location.assign(address); return; }  // a table is too wide for a dialog
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) { location.assign(address); return; }
    dialog.innerHTML = await answer.text();  // a page of ours: everything in it is escaped
    dialog.showModal();
  } catch { location.assign(address); }
});
dialog.addEventListener("close", () => dialog.replaceChildren());
document.addEventListener("andante:live", again);
addEventListener("pageshow", () => { for (const box of boxes()) note(box); show(); });
