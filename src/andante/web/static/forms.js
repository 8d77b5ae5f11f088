// A form that form-js draws. The plain fields stand in where it cannot.

function drawForm(place) {
  const form = place.closest("form"), plain = form.querySelector("[data-plain]"), sent = form.elements.drawn;
  const { schema, data, faults } = JSON.parse(place.dataset.drawing);
  const draft = `drawn:${form.dataset.draft}`;
  const viewer = new FormViewer.Form({ container: place });
  viewer.importSchema(schema, { ...data, ...JSON.parse(sessionStorage.getItem(draft) ?? "{}") }).then(() => {
    place.hidden = false;
    if (plain) { plain.hidden = true; plain.disabled = true; }
    sent.disabled = false;
    const errors = {};
    for (const { component } of viewer.get("formFieldRegistry").getAll().map((each) => ({ component: each }))) {
      if (component.key && faults[component.key]) errors[component.id] = [faults[component.key]];
    }
    if (Object.keys(errors).length) viewer._setState({ errors });
    viewer.on("changed", () => sessionStorage.setItem(draft, JSON.stringify(viewer._getSubmitData())));
    form.addEventListener("submit", (event) => {
      if (place.contains(document.activeElement)) document.activeElement.blur();  // what is typed last counts, too
      const given = viewer.submit();
      if (Object.keys(given.errors).length && !event.submitter?.formAction.endsWith("/resolve")) {
        event.preventDefault();
        event.stopPropagation();
        setTimeout(() => place.querySelector("[aria-invalid=true], .fjs-has-errors input")?.focus());
        return;
      }
      sent.value = JSON.stringify(given.data);
      sessionStorage.removeItem(draft);
    }, true);
  }).catch(() => { place.remove(); });
}

for (const place of all("[data-drawing]")) if (window.FormViewer) drawForm(place); else place.remove();
