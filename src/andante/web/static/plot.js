// Plots: each figure with data-plot has its numbers as JSON, and as a table beside it. The colours are those of the
// legend; they are read anew when the theme changes.

{
  const DAY = 86_400, HOUR = 3_600_000;
  const STEPS = {  // what axes count by
    count: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5],
    ms: [1e3, 1e4, 3e4, 6e4, 3e5, 9e5, 18e5, ...[1, 2, 4, 6, 12, 24, 48, 96, 168, 336, 720, 1440, 2880, 8760].map((hours) => hours * HOUR)],
  };
  const ink = (figure, name) => getComputedStyle(figure.querySelector(name)).color;

  function probe(figure, name) {
    const mark = document.createElement("i");
    mark.className = name;
    mark.hidden = true;
    figure.querySelector(".drawing").append(mark);
  }

  function tell(value, unit) {
    if (value === null || value === undefined) return "–";
    if (unit === "ms") return span(value);
    if (unit === "share") return new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(value);
    return new Intl.NumberFormat(document.documentElement.lang).format(value);
  }

  function day(seconds) {
    const form = { day: "numeric", month: "short", timeZone: "UTC" };
    return new Intl.DateTimeFormat(document.documentElement.lang === "zh" ? "zh" : "en-GB", form).format(seconds * 1000);
  }

  function drawn(figure) {
    const { unit, days, lines } = JSON.parse(figure.dataset.plot);
    const place = figure.querySelector(".drawing");
    const told = place.querySelector(".told") ?? document.createElement("div");
    told.className = "told";
    const axis = { stroke: ink(figure, ".axis-ink"), font: `11px ${getComputedStyle(place).fontFamily}`, ticks: { show: false }, grid: { stroke: ink(figure, ".grid-ink"), width: 1 } };
    const sparse = days.length <= 45;
    const options = {
      width: place.clientWidth, height: place.clientHeight, padding: [8, 8, 0, 0], legend: { show: false }, tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), "UTC"),
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: true }, y: { range: (plot, low, high) => unit === "share" ? [0, 1] : [0, Math.max(high ?? 0, unit === "ms" ? 1000 : 1) * 1.05] } },
      axes: [
        { ...axis, grid: { show: false }, space: 64, size: 26, values: (plot, ticks) => ticks.map((tick) => tick % DAY ? "" : day(tick)) },
        { ...axis, size: unit === "ms" ? 72 : 48, space: 36, incrs: STEPS[unit], values: (plot, ticks) => ticks.map((tick) => tell(tick, unit)) },
      ],
      series: [{}, ...lines.map(([name], n) => ({
        label: name, stroke: ink(figure, `.line-${n + 1}`), width: 1.75, spanGaps: false,
        points: { show: sparse, size: 4, fill: ink(figure, `.line-${n + 1}`) },
      }))],
      hooks: { setCursor: [(plot) => {
        const at = plot.cursor.idx;
        told.textContent = at === null || at === undefined ? "" : [day(days[at]), ...lines.map(([name, values]) => `${name} ${tell(values[at], unit)}`)].join(" · ");
      }] },
    };
    const plot = new uPlot(options, [days, ...lines.map(([, values]) => values)], place);
    place.append(told);
    return plot;
  }

  document.addEventListener("DOMContentLoaded", () => {  // after app.js
    for (const figure of all("[data-plot]")) {
      for (const name of ["axis-ink", "grid-ink"]) probe(figure, name);
      let plot = drawn(figure);
      const place = figure.querySelector(".drawing");
      new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: place.clientHeight })).observe(place);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { plot.destroy(); plot = drawn(figure); });
    }
  });
}
