// The keyboard: every key is also a control that can be seen. Controls say their key by data-key, rows of a list are
// data-row; a control of the row that has the focus comes first. All keys can be turned off in the help.

const KEYS_OFF = "andante:keys-off";
const palette = document.getElementById("palette");
const help = document.getElementById("keys");
const seen = (element) => element.checkVisibility({ visibilityProperty: true });
let going = 0;

function typing(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

function rowStep(by) {
  const rows = all("[data-row]").filter(seen);
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const row = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  (row.querySelector("[data-main]") ?? row.querySelector("a, button")).focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function press(key) {
  const row = document.activeElement?.closest("[data-row]");
  const able = (element) => seen(element) && !element.disabled && element.getAttribute("aria-disabled") !== "true";
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const found = (row ? all(wanted, row).find(able) : null) ?? all(wanted).find((each) => able(each) && !each.closest("[data-row]"));
  if (!found) return false;
  if (found.matches("input:not([type=checkbox]), textarea, select")) found.focus();
  else found.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && palette) {
    event.preventDefault();
    openPalette();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const sends = event.target.form?.querySelector("[data-sends]");
    if (sends && !sends.disabled) { event.preventDefault(); sends.click(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || localStorage.getItem(KEYS_OFF)) return;
  let done = true;
  if (Date.now() - going < 1500 && event.key.length === 1) {
    going = 0;
    const place = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (place) place.click(); else done = false;
  } else if (event.key === "g") going = Date.now();
  else if (event.key === "j") done = rowStep(1);
  else if (event.key === "k") done = rowStep(-1);
  else if (event.key === "?" && help) openHelp();
  else if (event.key === "/") {
    const search = document.getElementById("search");
    if (search) search.focus(); else done = false;
  } else done = event.key.length === 1 && press(event.key);
  if (done) event.preventDefault();
});

// Help: the keys that work on this page.

function openHelp() {
  const list = help.querySelector("[data-here]");
  list.replaceChildren();
  const told = new Set();
  for (const control of all("[data-key]")) {
    if (told.has(control.dataset.key) || !seen(control)) continue;
    told.add(control.dataset.key);
    const key = document.createElement("kbd"), words = document.createElement("dd"), line = document.createElement("div");
    const term = document.createElement("dt");
    key.textContent = control.dataset.key;
    words.textContent = control.dataset.keyName ?? control.textContent.trim();
    term.append(key);
    line.append(term, words);
    list.append(line);
  }
  help.querySelector("[data-keys-on]").checked = !localStorage.getItem(KEYS_OFF);
  help.showModal();
}

help?.querySelector("[data-keys-on]").addEventListener("change", (event) => {
  if (event.target.checked) localStorage.removeItem(KEYS_OFF); else localStorage.setItem(KEYS_OFF, "yes");
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) openHelp();
  if (event.target.closest("[data-palette]")) openPalette();
});

// The palette: arrows choose, Enter goes, Escape closes and leaves everything as it was.

const line = palette?.querySelector("input"), lines = palette?.querySelector("ul");
let at = 0, typed = 0;

function choose(to) {
  const found = all("[role=option]", lines);
  at = found.length ? (to + found.length) % found.length : 0;
  found.forEach((each, n) => each.setAttribute("aria-selected", String(n === at)));
  if (found[at]) {
    found[at].id = "palette-chosen";
    found.filter((each, n) => n !== at).forEach((each) => each.removeAttribute("id"));
    found[at].scrollIntoView({ block: "nearest" });
  }
}

async function look() {
  const mine = ++typed;
  try {
    const answer = await fetch(`/palette?q=${encodeURIComponent(line.value)}`, { credentials: "same-origin" });
    if (!answer.ok || mine !== typed) return;
    lines.innerHTML = await answer.text();  // a page of ours: everything in it is escaped
    choose(0);
  } catch { /* the server does not answer: the lines stay */ }
}

function openPalette() {
  if (palette.open) return;
  document.querySelector("dialog[open]")?.close();
  palette.showModal();
  line.value = "";
  look();
}

line?.addEventListener("input", look);
line?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") choose(at + 1);
  else if (event.key === "ArrowUp") choose(at - 1);
  else if (event.key === "Enter") all("[role=option]", lines)[at]?.click();
  else return;
  event.preventDefault();
});
palette?.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
