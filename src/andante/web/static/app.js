// What every page needs of the browser: badges that count, dialogs, drafts, dropped files, and a word when the server
// does not answer. All of it is an addition: the pages work without.

const MINUTE = 60_000;
const words = JSON.parse(document.documentElement.dataset.words);  // of the person's language
const ahead = Number(document.documentElement.dataset.now) - Date.now();  // the server's clock counts
const still = matchMedia("(prefers-reduced-motion: reduce)");
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

function span(ms) {  // as andante.languages tells lengths of time
  let rest = Math.abs(ms);
  const parts = [];
  for (const [size, unit] of words.units.slice(0, -1)) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count) parts.push(`${count} ${unit}`);
    else if (parts.length) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || `${Math.floor(rest / 1000)} ${words.units.at(-1)[1]}`;
}

function tick() {
  const now = Date.now() + ahead;
  for (const badge of all("[data-due]")) {
    const left = Number(badge.dataset.due) - now;
    const text = (left > 0 ? badge.dataset.prefix + words.left : words.overdue).replace("%(span)s", span(left));
    const place = badge.querySelector(".words");
    if (place.textContent !== text) place.textContent = text;
  }
}

function close(badge) {  // within five minutes a badge shows seconds passing, if motion is welcome
  return Math.abs(Number(badge.dataset.due) - Date.now() - ahead) < 5 * MINUTE;
}

setInterval(() => {
  const second = new Date().getSeconds();
  if (second === 0 || (!still.matches && all("[data-due]").some(close))) tick();
}, 1000);

function countInTitle() {
  const mark = document.querySelector("[data-count]");
  if (!mark) return;
  const plain = document.title.replace(/^\(\d+\) /, "");
  document.title = Number(mark.dataset.count) ? `(${mark.dataset.count}) ${plain}` : plain;
}

for (const each of all(".tabs [aria-current]")) {  // the chosen tab is to be seen where they are wider than the page
  const tabs = each.closest(".tabs");
  tabs.scrollLeft = each.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - each.offsetWidth) / 2;
}

// Live parts: the server says that something may have changed, and the page asks for its live part anew.

const stale = document.querySelector("[data-stale]");
const live = document.querySelector("[data-live]");
let source = null, timer = 0, next = 0, missed = false;

function busy() {  // with what would be replaced, or not looking
  const typing = document.activeElement?.matches("#live input:not([type=range]), #live textarea, #live select");
  return document.hidden || typing || document.querySelector("dialog[open]");
}

function refresh() {  // once a second at most
  timer ||= setTimeout(() => {
    timer = 0;
    missed = Boolean(busy());
    if (missed) return;
    next = Date.now() + 1000;
    live.dispatchEvent(new CustomEvent("news"));
  }, Math.max(0, next - Date.now()));
}

function listen() {  // a hidden page holds no connection: a browser has few of them
  if (document.hidden) { source?.close(); source = null; return; }
  if (source) return;
  source = new EventSource(live.dataset.live);
  source.addEventListener("changed", refresh);
  source.addEventListener("open", refresh);  // what happened before is not told
}

if (live) {
  const free = () => { if (missed) setTimeout(refresh); };
  document.addEventListener("focusout", free);
  document.addEventListener("close", free, true);
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => { source?.close(); source = null; });
  addEventListener("pageshow", listen);
  document.addEventListener("htmx:before:request", (event) => {
    if (event.target === live && busy()) { missed = true; event.preventDefault(); }
  });
}
document.addEventListener("htmx:after:request", (event) => {
  const answer = event.detail?.ctx?.response?.raw;
  if (stale) stale.hidden = (answer?.status ?? 0) < 500;
  const unread = answer?.headers.get("Andante-Unread"), bell = document.querySelector(".bell .count");
  if (unread && bell) {
    bell.hidden = unread === "0";
    bell.querySelector("[data-unread]").textContent = unread > 99 ? "99+" : unread;
  }
});
document.addEventListener("htmx:error", () => { if (stale) stale.hidden = false; });
document.addEventListener("htmx:after:swap", () => {
  countInTitle();
  document.dispatchEvent(new CustomEvent("andante:live"));
});

// Dialogs.

for (const dialog of all("dialog[data-open-now]")) {
  dialog.close();
  dialog.showModal();
}
document.addEventListener("click", (event) => {
  const opens = event.target.closest("[data-opens]");
  const closes = event.target.closest("[data-closes]");
  if (opens) {
    event.preventDefault();
    document.getElementById(opens.dataset.opens).showModal();
  } else if (closes) {
    event.preventDefault();
    closes.closest("dialog").close();
  }
});

document.addEventListener("click", (event) => {  // a menu closes when something else is chosen
  for (const menu of all("details.menu[open]")) if (!menu.querySelector("summary").contains(event.target)) menu.open = false;
});

// Forms: a list that filters at once, a fresh row when the spare one is used, drafts, and no sending twice.

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});
document.addEventListener("input", (event) => {
  const spare = event.target.closest("[data-spare]");
  if (spare) {
    const next = spare.cloneNode(true);
    spare.removeAttribute("data-spare");
    for (const field of all("input, textarea", next)) field.value = "";
    spare.after(next);
  }
  const form = event.target.closest("[data-draft]");
  if (form) sessionStorage.setItem(`draft:${form.dataset.draft}`, JSON.stringify([...rows(form), ...controls(form)]));
});

function rows(form) {
  return all("textarea[name=value]", form).map((field) => {
    const name = field.closest(".row").querySelector("[name=name]");
    return [name.value, field.value, name.type];
  });
}

function controls(form) {
  return all("[name^='field.']", form).map((field) => [field.name, told(field), "control"]);
}

function told(field) {
  return field.type === "checkbox" ? `${field.checked ? "" : "!"}${field.value}` : field.value;
}

function restore(form, name, value) {
  for (const field of all("[name^='field.']", form)) {
    if (field.name !== name || field.disabled || field.readOnly) continue;
    if (field.type !== "checkbox") field.value = value;
    else if (value === field.value || value === `!${field.value}`) field.checked = value === field.value;
  }
}

for (const form of all("[data-draft]")) {
  const key = `draft:${form.dataset.draft}`;
  const draft = JSON.parse(sessionStorage.getItem(key) ?? "[]");
  for (const [name, value, type] of draft) {
    if (!name && !value) continue;
    if (type === "control") { restore(form, name, value); continue; }
    const rows = all(".row", form);
    const known = rows.find((row) => row.querySelector("[name=name]").value === name);
    const row = known ?? rows.find((each) => each.hasAttribute("data-spare"));
    if (!row || (!known && type === "hidden")) continue;
    if (!known) row.querySelector("[name=name]").value = name;
    const field = row.querySelector("textarea");
    if (field.disabled || field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
}
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Dropping a file to deploy.

for (const zone of all("[data-drop]")) {
  const field = zone.querySelector("input[type=file]");
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
  });
}

countInTitle();
