// Line charts: metrics of a run over steps, and metrics of a collection over its versions.
//
// components/_chart.html makes the box and puts its data beside it, or names an address to read them from. The data:
//   { x: "step" | ["v0", "v1", …],                      a numeric axis with that name, or one place for each label
//     series: [{ name: "loss", points: [[0, 2.1], …], colour: 1 }],   null is a gap; colour (1 to 8) is optional
//     marks: [{ x: "v12", label: "production", locked: true }],       aliases over versions, optional
//     log: true }                                       a logarithmic y axis, optional
// ECharts is loaded before this module and gives `echarts.init`.

const DASHES = ["solid", [5, 4], "solid", [2, 3], [8, 3, 2, 3], "solid", [5, 4], [2, 3]];
const MARKERS = ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond"];

/** A token of tokens.css as a plain colour of the present theme. */
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function lines({ series, marks = [] }, dense) {
  return series.map((one, index) => {
    const place = ((one.colour ?? index + 1) - 1) % 8;
    return {
      type: "line",
      name: one.name,
      data: one.points,
      color: colour(`chart-${place + 1}`),
      symbol: MARKERS[place],
      symbolSize: 6,
      showSymbol: !dense,
      lineStyle: { width: dense ? 1.5 : 2, type: DASHES[place] },
      endLabel: { show: !dense && series.length <= 4, formatter: "{a}", color: colour("fg-2"), fontSize: 11 },
      labelLayout: { moveOverlap: "shiftY" },
      emphasis: { focus: "series" },
      markLine: index === 0 && marks.length ? aliases(marks) : undefined,
    };
  });
}

function aliases(marks) {
  return {
    symbol: "none",
    silent: true,
    lineStyle: { color: colour("line-strong"), type: [2, 3] },
    data: marks.map(({ x, label, locked }) => {
      const kind = locked ? "lock" : "alias";
      const box = { backgroundColor: colour(`${kind}-bg`), borderColor: colour(`${kind}-line`), color: colour(`${kind}-fg`) };
      const look = { ...box, formatter: label, fontSize: 11, padding: [3, 6], borderRadius: 4, borderWidth: 1 };
      return { xAxis: x, label: look };
    }),
  };
}

function options(data) {
  const labels = Array.isArray(data.x) ? data.x : null;
  const points = Math.max(0, ...data.series.map((one) => one.points.length));
  const dense = points > 40;
  const ends = !dense && data.series.length <= 4;
  const text = { color: colour("fg-3"), fontSize: 11 };
  const grid = { lineStyle: { color: colour("line") } };
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: ends ? 96 : 16, top: data.marks?.length ? 34 : 16, bottom: ends ? 8 : 32, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // an HTML tooltip would need inline styles
      confine: true,
      backgroundColor: colour("bg-raised"),
      borderColor: colour("line-strong"),
      textStyle: { color: colour("fg"), fontSize: 12 },
    },
    legend: { show: !ends, type: "plain", bottom: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { ...text, fontSize: 12 } },
    xAxis: {
      type: labels ? "category" : "value",
      data: labels ?? undefined,
      boundaryGap: labels ? labels.length < 2 : undefined,
      min: labels ? undefined : "dataMin",
      max: labels ? undefined : "dataMax",
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: colour("line-strong") } },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    yAxis: { type: data.log ? "log" : "value", scale: true, axisLabel: text, splitLine: grid },
    dataZoom: dense && !labels ? [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true }] : [],
    series: lines(data, dense),
  };
}

const drawn = new Map();

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => drawn.get(target)?.chart.resize()));

async function read({ chart: id, chartUrl }) {
  if (!chartUrl) return JSON.parse(document.getElementById(id).textContent);
  const response = await fetch(chartUrl);
  if (!response.ok) throw new Error(`${chartUrl} answered ${response.status}`);
  return response.json();
}

async function draw(box) {
  if (drawn.has(box)) return;
  drawn.set(box, null);
  try {
    const data = await read(box.dataset);
    const chart = echarts.init(box, null, { renderer: "svg" });
    chart.setOption(options(data));
    drawn.set(box, { chart, data });
    resized.observe(box);
  } catch (error) {
    box.textContent = box.dataset.failed;
    throw error;
  }
}

function redraw() {
  for (const [box, kept] of drawn) {
    if (!box.isConnected) drawn.delete(box);
    else kept?.chart.setOption(options(kept.data), { notMerge: true });
  }
}

function drawAll() {
  document.querySelectorAll(".chart").forEach(draw);
}

drawAll();
document.addEventListener("htmx:load", drawAll);
document.addEventListener("vitrine:theme", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
