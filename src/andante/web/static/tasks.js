// The inbox and the task: rows that come wait behind a pill, what is chosen is counted, and a task that changes under
// somebody's hands says so. All of it is an addition.

const WIDE = matchMedia("(min-width: 1181px)");

// The list does not move by itself: what is new waits until it is asked for.

const known = new Set(all(".tasks > .task").map((row) => row.id));

function held() { return all(".tasks > .task[hidden]"); }

function tellHeld() {
  const pill = document.querySelector("[data-fresh]");
  if (!pill) return;
  pill.hidden = !held().length;
  pill.textContent = pill.dataset.words.replace("{n}", held().length);
}

document.addEventListener("htmx:before:swap", (event) => {
  for (const { fragment, target } of event.detail.tasks ?? []) {
    if (target?.id !== "live" || !fragment?.querySelectorAll) continue;
    const rows = all(".tasks > .task", fragment);
    if (!document.querySelector(".tasks > .task")) rows.forEach((row) => known.add(row.id));  // nothing would move
    for (const row of rows) if (!known.has(row.id)) row.hidden = true;
  }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-fresh]")) return;
  const rows = held();
  for (const row of rows) { row.hidden = false; known.add(row.id); }
  tellHeld();
  rows[0]?.querySelector("[data-main]").focus();
});

// What is chosen.

function tellChosen() {
  const place = document.querySelector("[data-chosen]");
  if (place) place.textContent = place.dataset.words.replace("{n}", all("[name=ids]:checked").length);
}
document.addEventListener("change", (event) => { if (event.target.matches("[name=ids]")) tellChosen(); });

// On a small screen a task has a page of its own.

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-alone]");
  if (link && !WIDE.matches && !event.ctrlKey && !event.metaKey) link.href = link.dataset.alone;
}, true);

// A task that has changed meanwhile: paused and back keeps the form; anything else asks to load it anew.

function compare() {
  const head = document.querySelector("[data-stands]"), form = document.querySelector("[data-task-form]");
  if (!head || !form) return;
  const pauses = form.querySelector("[data-pauses]");
  if (pauses) pauses.disabled = head.dataset.paused === "yes";
  const moved = document.querySelector("[data-moved]");
  if (moved) moved.hidden = head.dataset.stands.trim() === form.dataset.stood.trim();
}

document.addEventListener("andante:live", () => { tellHeld(); tellChosen(); compare(); });
document.addEventListener("htmx:after:swap", compare);

// Where the keyboard goes on.

const openRow = document.querySelector(".task.open");
if (location.hash === "#fill") {
  const form = document.querySelector("[data-task-form]");
  const field = form && all("input:not([type=hidden]), textarea, select, button", form)
    .find((each) => each.checkVisibility() && !each.disabled && !each.readOnly && each.name !== "text");
  (field ?? form)?.focus();
  history.replaceState(null, "", location.pathname + location.search);
} else if (location.hash === "#later") {
  const deed = document.querySelector("[data-later]");
  if (deed) { deed.open = true; deed.querySelector("button").focus(); }
  history.replaceState(null, "", location.pathname + location.search);
} else if (openRow && document.activeElement === document.body) openRow.querySelector("[data-main]").focus({ preventScroll: true });
openRow?.scrollIntoView({ block: "nearest" });
tellChosen();
