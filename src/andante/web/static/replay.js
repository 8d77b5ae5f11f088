// The slider that looks back: each step is a page of its own (its address is in the bar), shown without leaving this one.

let pause = 0;

document.addEventListener("input", (event) => {
  const slider = event.target.closest("[data-slider]");
  if (!slider) return;
  const seq = Number(event.target.value), last = Number(slider.dataset.last), home = slider.dataset.slider;
  slider.querySelector("output").textContent = `${seq} / ${last}`;
  clearTimeout(pause);
  pause = setTimeout(() => {
    const looks = location.pathname.includes("/at/");
    if (seq === last) location.assign(home);
    else if (!looks) location.assign(`${home}/at/${seq}`);
    else {
      history.replaceState(null, "", `${home}/at/${seq}`);
      const live = document.getElementById("live");
      live.setAttribute("hx-get", `${home}/at/${seq}`);
      htmx.ajax("GET", `${home}/at/${seq}`, { source: live, target: live, swap: "innerMorph" });
    }
  }, 150);
});
