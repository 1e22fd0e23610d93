// Shows a Plotly figure instead of its drawing when a reader asks for it.
// The library is unpacked at the first request; without script, nothing of this is seen.
(() => {
  "use strict";
  const packed = document.getElementById("plotly-packed");
  if (!packed || !("DecompressionStream" in window)) return;

  let library = null;
  const unpack = async () => {
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script); // the page's policy lets this one text run
    if (!window.Plotly) throw new Error("the library did not start");
    return window.Plotly;
  };
  const load = () => (library ??= unpack());

  const toggles = (plot, groups) => {
    const box = document.createElement("fieldset");
    const legend = box.appendChild(document.createElement("legend"));
    legend.textContent = "Groups shown";
    for (const { group, name, colour } of groups) {
      const label = box.appendChild(document.createElement("label"));
      const input = label.appendChild(document.createElement("input"));
      input.type = "checkbox";
      input.checked = true;
      const swatch = label.appendChild(document.createElement("span"));
      swatch.className = "swatch";
      swatch.style.background = colour;
      label.append(name);
      input.addEventListener("change", () => {
        const places = plot.data.flatMap((one, at) => (one.legendgroup === group ? [at] : []));
        window.Plotly.restyle(plot, { visible: input.checked }, places);
      });
    }
    return box;
  };

  const start = async (figure, plot) => {
    const { data, layout } = JSON.parse(figure.querySelector("script.plotly").textContent);
    const Plotly = await load();
    figure.classList.add("live"); // shown first: a hidden element has no width
    await Plotly.newPlot(plot, data, layout, { displayModeBar: false, responsive: true });
    const controls = figure.querySelector(".controls");
    if (layout.meta.groups.length) controls.append(toggles(plot, layout.meta.groups));
    if (!layout.xaxis) return;
    const ranges = structuredClone({ x: layout.xaxis.range, y: layout.yaxis.range });
    const reset = controls.appendChild(document.createElement("button"));
    reset.type = "button";
    reset.textContent = "Whole range";
    reset.addEventListener("click", () => {
      const x = ranges.x ? { "xaxis.range": [...ranges.x] } : { "xaxis.autorange": true };
      Plotly.relayout(plot, { ...x, "yaxis.range": [...ranges.y] });
    });
  };

  for (const figure of document.querySelectorAll("figure.has-plot")) {
    const plot = figure.querySelector(".plot");
    const control = figure.querySelector(".switch");
    const said = figure.querySelector(".said");
    const buttons = [...control.querySelectorAll("button")];
    let started = null;
    const show = async (wanted) => {
      said.textContent = "";
      if (wanted === "interactive") {
        try {
          if (!started) said.textContent = "The interactive figure is being prepared.";
          await (started ??= start(figure, plot));
          said.textContent = "";
        } catch (problem) {
          said.textContent = `The interactive figure cannot be shown (${problem.message}).`;
          wanted = "drawing";
        }
      }
      figure.classList.toggle("live", wanted === "interactive");
      for (const one of buttons) one.setAttribute("aria-pressed", one.value === wanted);
      if (wanted === "interactive") window.Plotly.Plots.resize(plot);
    };
    for (const one of buttons) one.addEventListener("click", () => show(one.value));
    control.hidden = false;
  }
})();
