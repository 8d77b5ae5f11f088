// Settings: single keys on and off, and a choice of channels that becomes one's own when it is touched.

const KEYS = document.querySelector("[data-keys-switch]");
if (KEYS) {
  KEYS.checked = !localStorage.getItem("andante:keys-off");
  KEYS.addEventListener("change", () => {
    if (KEYS.checked) localStorage.removeItem("andante:keys-off"); else localStorage.setItem("andante:keys-off", "yes");
  });
}
document.addEventListener("change", (event) => {
  const way = event.target.closest("[data-way]");
  if (way) way.closest("tr").querySelector("[name^='own.']").checked = true;
});
