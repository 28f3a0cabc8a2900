// Line charts: the metrics of runs over steps or time.
//
// components/_chart.html makes the box and puts its data beside it:
//   { x: "step" | "runtime" | "timestamp",              steps, seconds since the start, or Unix seconds
//     series: [{ name: "v7", colour: 1, points: [[0, 2.1], …] }],   colour: 1 to 8
//     log: true,                                        a logarithmic y axis
//     smooth: 0.6 }                                     how much of the past each point keeps, 0 to 0.99
// An input with data-smooth sets the smoothing of all charts while it is moved.
// ECharts is loaded before this module and gives `echarts.init`.

const DASHES = ["solid", [5, 4], [2, 4], "solid", [5, 4], [2, 4], "solid", [5, 4]]; // as .ln-1 to .ln-8 of plots.css
const LONGEST = 8; // characters of a name at the end of a line; as in projects/curves.py
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
const GAP = 14; // between the names of lines, in pixels
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

/** The running mean of projects/curves.py. */
function smoothed(points, weight) {
  let total = 0;
  let share = 1;
  return points.map(([x, y]) => {
    total = total * weight + y * (1 - weight);
    share *= weight;
    return [x, total / (1 - share)];
  });
}

function lines({ x, series, smooth }, dense) {
  return series.flatMap(({ name, colour: number, points }) => {
    const place = number - 1;
    const data = x === "timestamp" ? points.map(([at, y]) => [at * 1000, y]) : points;
    const line = {
      type: "line",
      name,
      data: smoothed(data, smooth),
      color: colour(`chart-${place + 1}`),
      symbol: MARKERS[place],
      symbolSize: 6,
      showSymbol: !dense,
      lineStyle: { width: dense ? 1.5 : 2, type: DASHES[place] },
      endLabel: { show: isNamed(series), formatter: "{a}", width: labelRoom(series) - 10, overflow: "truncate", color: colour("fg-2"), fontSize: 11, textBorderColor: colour("bg"), textBorderWidth: 3 },
    };
    if (!smooth) return [line];
    const faint = { color: line.color, width: 1, opacity: 0.3 };
    const raw = { type: "line", data, symbol: "none", silent: true, lineStyle: faint, tooltip: { show: false } };
    return [raw, line];
  });
}

/** 90 seconds are "1m 30s", as in common/scales.py. */
function seconds(value) {
  const units = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  const at = units.findIndex(([size]) => value >= size);
  if (at < 0) return `${value}s`;
  const [size, name] = units[at];
  const [small, smaller] = units[at + 1] ?? [Infinity, ""];
  const rest = Math.floor((value % size) / small);
  return rest ? `${Math.floor(value / size)}${name} ${rest}${smaller}` : `${Math.floor(value / size)}${name}`;
}

/** Where a time since the start is written: at whole minutes and hours as in common/scales.py, not at tens of seconds. */
function times({ x, series }, from = 0, to = 100) {
  if (x !== "runtime") return undefined;
  const at = series.flatMap(({ points }) => points.length ? [points[0][0], points.at(-1)[0]] : []);
  const least = Math.min(...at), whole = Math.max(...at) - least;
  const low = least + whole * from / 100, high = least + whole * to / 100;
  if (high - low < 1) return undefined;
  const step = STEPS.find((size) => (high - low) / size <= 5) ?? 86400 * Math.ceil((high - low) / 86400 / 5);
  const first = Math.ceil(low / step), count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}

/** Whether names stand at the ends of the lines: longer ones would take the plot's place, and are in the page's legend. */
function isNamed(series) {
  return series.length > 1 && series.every(({ name }) => name.length <= LONGEST);
}

/** Pixels for the names at the ends of the lines, which are cut beyond that; as in projects/curves.py. */
function labelRoom(series) {
  return Math.max(44, 14 + 6.5 * Math.max(...series.map(({ name }) => name.length)));
}

/** Where names that stand at `heights` go so that none lies on another: down, as in common/scales.py, and up from the floor. */
function apart(heights, floor) {
  const order = [...heights.keys()].sort((one, other) => heights[one] - heights[other]);
  const found = [...heights];
  let below = -Infinity;
  for (const index of order) below = found[index] = Math.max(found[index], below + GAP);
  let above = floor + GAP;
  for (const index of order.reverse()) above = found[index] = Math.min(found[index], above - GAP);
  return found;
}

/** Push the names at the ends of lines apart: `labelLayout` of ECharts does not reach them. */
function placeNames(chart) {
  const { series } = chart.getOption();
  const named = [...series.keys()].filter((index) => series[index].endLabel?.show);
  if (!named.length) return;
  const ends = named.map((index) => chart.convertToPixel({ seriesIndex: index }, series[index].data.at(-1))[1]);
  const changes = series.map(() => ({}));
  apart(ends, chart.getHeight() - GAP).forEach((height, place) => {
    changes[named[place]] = { endLabel: { offset: [0, height - ends[place]] } };
  });
  chart.setOption({ series: changes });
}

// What a tooltip says of its place; ECharts itself writes dates.
const POINTED = { step: ({ value }) => String(Math.round(value)), runtime: ({ value }) => seconds(Math.round(value)) };

function options(data) {
  const dense = Math.max(0, ...data.series.map((one) => one.points.length)) > 40;
  const text = { color: colour("fg-3"), fontSize: 11 };
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: isNamed(data.series) ? labelRoom(data.series) : 16, top: 12, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText", // an HTML tooltip would need inline styles
      confine: true,
      backgroundColor: colour("bg-raised"),
      borderColor: colour("line-strong"),
      textStyle: { color: colour("fg"), fontSize: 12 },
    },
    xAxis: {
      type: data.x === "timestamp" ? "time" : "value",
      min: "dataMin",
      max: "dataMax",
      axisLabel: { ...text, hideOverlap: true, showMaxLabel: data.x === "runtime" ? null : false, formatter: data.x === "runtime" ? seconds : undefined, customValues: times(data) },
      axisPointer: { label: { formatter: POINTED[data.x] } },
      axisLine: { lineStyle: { color: colour("line-strong") } },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    yAxis: { type: data.log ? "log" : "value", scale: true, axisLabel: text, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: colour("line") } } },
    dataZoom: dense ? [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: true }] : [],
    series: lines(data, dense),
  };
}

const drawn = new Map();

const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => resize(drawn.get(target)?.chart)));

function resize(chart) {
  if (!chart) return;
  chart.resize();
  placeNames(chart);
}

function show({ chart, data }) {
  chart.setOption(options(data), { notMerge: true });
  placeNames(chart);
}

function draw(box) {
  if (drawn.has(box)) return;
  try {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    box.replaceChildren();
    const chart = echarts.init(box, null, { renderer: "svg" });
    show({ chart, data });
    chart.on("datazoom", () => {
      const [{ start, end }] = chart.getOption().dataZoom;
      chart.setOption({ xAxis: { axisLabel: { customValues: times(data, start, end) } } });
    });
    drawn.set(box, { chart, data });
    resized.observe(box);
  } catch (error) {
    drawn.set(box, null);
    box.textContent = box.dataset.failed;
    throw error;
  }
}

function redraw() {
  for (const kept of drawn.values()) if (kept) show(kept);
}

function drawAll() {
  for (const [box, kept] of drawn) {
    if (box.isConnected) continue;
    kept?.chart.dispose();
    drawn.delete(box);
  }
  document.querySelectorAll(".chart").forEach(draw);
}

function smooth({ target }) {
  if (!("smooth" in target.dataset)) return;
  target.form.querySelector(`output[for="${target.id}"]`).value = Number(target.value).toFixed(2);
  for (const kept of drawn.values()) if (kept) kept.data.smooth = Number(target.value);
  redraw();
}

drawAll();
document.addEventListener("htmx:load", drawAll);
document.addEventListener("input", smooth);
document.addEventListener("vitrine:theme", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
