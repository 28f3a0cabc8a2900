// Pan, zoom, drag, dim and export a lineage, and look at a node without leaving the place. The server draws: without this
// file the drawing scrolls and every node is a link to the page that looks at it.

const LEAST = 0.15, MOST = 4, TURN = 1.2, DRAG = 5;
const TOOLS = 56; // pixels at the bottom on which the buttons lie

function boxes(svg) {
  return new Map([...svg.querySelectorAll("[data-id]")].map((box) => [box.dataset.id, box]));
}

class Canvas {
  constructor(frame) {
    this.frame = frame;
    this.svg = frame.querySelector("svg");
    this.width = this.svg.width.baseVal.value;
    this.height = this.svg.height.baseVal.value;
    this.boxes = boxes(this.svg);
    this.edges = [...this.svg.querySelectorAll("[data-from]")];
    this.pointers = new Map();
    frame.dataset.live = "";
    this.fit();
    frame.addEventListener("wheel", (event) => this.turn(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.press(event));
    frame.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, (event) => this.release(event));
    frame.addEventListener("click", (event) => this.click(event), true);
    frame.addEventListener("dragstart", (event) => event.preventDefault());
    frame.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["pointerover", "focusin"]) frame.addEventListener(kind, (event) => this.dim(event));
    for (const kind of ["pointerleave", "focusout"]) frame.addEventListener(kind, () => this.undim());
    new ResizeObserver(() => this.show()).observe(frame);
  }

  // -- The part that is seen: `scale` pixels of the screen for one of the drawing, around the point (x, y) of it ------------

  fit() {
    this.all();
    // What does not fit legibly begins at the node that it is about.
    const start = this.boxes.get(document.querySelector("#lineage-panel")?.dataset.node) ?? this.svg.querySelector(".cur");
    if (this.scale < 0.6 && start) {
      [this.x, this.y] = spot(start);
      this.zoom(0.8);
    }
  }

  all() {
    const { clientWidth, clientHeight } = this.frame;
    const scale = Math.max(LEAST, Math.min(1, clientWidth / this.width, (clientHeight - TOOLS) / this.height));
    this.x = this.width / 2;
    this.y = this.height / 2 + TOOLS / 2 / scale;
    this.zoom(scale);
  }

  show() {
    const { clientWidth, clientHeight } = this.frame;
    if (!clientWidth) return;
    const wide = clientWidth / this.scale, high = clientHeight / this.scale;
    this.svg.setAttribute("viewBox", `${this.x - wide / 2} ${this.y - high / 2} ${wide} ${high}`);
    const label = document.querySelector("[data-lin-zoom]");
    if (label) label.textContent = `${Math.round(this.scale * 100)} %`;
  }

  zoom(scale, at) {
    const next = Math.min(MOST, Math.max(LEAST, scale));
    if (at) {
      const { left, top, width, height } = this.frame.getBoundingClientRect();
      const dx = at.x - left - width / 2, dy = at.y - top - height / 2;
      this.x += dx / this.scale - dx / next;
      this.y += dy / this.scale - dy / next;
    }
    this.scale = next;
    this.show();
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.show();
  }

  turn(event) {
    // Without Ctrl the wheel scrolls the page, as everywhere; a pinch on a touchpad comes as a wheel with Ctrl.
    if (!event.ctrlKey && !event.metaKey && document.fullscreenElement === null) return;
    event.preventDefault();
    this.zoom(this.scale * Math.exp(-event.deltaY / 300), { x: event.clientX, y: event.clientY });
  }

  key(event) {
    const by = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (by) this.pan(...by);
    else if (event.key === "+" || event.key === "=") this.zoom(this.scale * TURN);
    else if (event.key === "-") this.zoom(this.scale / TURN);
    else if (event.key === "0") this.all();
    else return;
    if (!event.ctrlKey && !event.metaKey) event.preventDefault();
  }

  // -- Pointers: one pans or drags a node, two pinch ------------------------------------------------------------------------

  press(event) {
    if (event.button) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.held = this.pointers.size === 1 ? event.target.closest("[data-id]") : null;
    if (this.pointers.size === 1) this.moved = 0;
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const dx = now.x - before.x, dy = now.y - before.y;
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const ratio = distance(now, other) / (distance(before, other) || 1);
      this.zoom(this.scale * ratio, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      this.moved = DRAG + 1;
    } else {
      this.moved += Math.hypot(dx, dy);
      if (this.moved <= DRAG) {
        this.pointers.set(event.pointerId, now);
        return;
      }
      this.frame.setPointerCapture(event.pointerId);
      this.frame.dataset.panning = "";
      if (this.held) this.drag(this.held, dx / this.scale, dy / this.scale);
      else this.pan(dx, dy);
    }
    this.pointers.set(event.pointerId, now);
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    if (this.pointers.size === 0) delete this.frame.dataset.panning;
  }

  drag(box, dx, dy) {
    const [x, y] = spot(box);
    box.setAttribute("transform", `translate(${x + dx} ${y + dy})`);
    for (const mark of this.svg.querySelectorAll(".more")) {
      if (mark.dataset.of === box.dataset.id) {
        const [mx, my] = spot(mark);
        mark.setAttribute("transform", `translate(${mx + dx} ${my + dy})`);
      }
    }
    for (const edge of this.edges) {
      const from = edge.dataset.from === box.dataset.id, to = edge.dataset.to === box.dataset.id;
      if (!from && !to) continue;
      // The ends move with the boxes; the line between them is drawn anew, straight across what it went around.
      const numbers = edge.getAttribute("d").match(/-?[\d.]+/g).map(Number);
      const start = [numbers[0] + (from ? dx : 0), numbers[1] + (from ? dy : 0)];
      const end = [numbers.at(-2) + (to ? dx : 0), numbers.at(-1) + (to ? dy : 0)];
      const middle = (start[0] + end[0]) / 2;
      edge.setAttribute("d", `M${start[0]} ${start[1]}C${middle} ${start[1]} ${middle} ${end[1]} ${end[0]} ${end[1]}`);
    }
  }

  // -- Nodes -----------------------------------------------------------------------------------------------------------------

  click(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (this.moved > DRAG) return;
    load(link.getAttribute("href").split("#")[0], "swap" in link.dataset ? "#lineage" : "#lineage-panel");
  }

  dim(event) {
    const box = event.target.closest("[data-id]");
    if (!box) return this.undim();
    const near = new Set([box.dataset.id]);
    for (const edge of this.edges) {
      const touches = edge.dataset.from === box.dataset.id || edge.dataset.to === box.dataset.id;
      if (touches) near.add(edge.dataset.from).add(edge.dataset.to);
      edge.classList.toggle("dim", !touches);
      edge.classList.toggle("e-near", touches);
    }
    for (const [id, other] of this.boxes) other.classList.toggle("dim", !near.has(id));
  }

  undim() {
    for (const drawn of [...this.edges, ...this.boxes.values()]) drawn.classList.remove("dim", "e-near");
  }

  choose(id) {
    for (const [own, box] of this.boxes) {
      if (own === id) box.setAttribute("aria-current", "true");
      else box.removeAttribute("aria-current");
    }
    for (const edge of this.edges) edge.classList.toggle("e-on", edge.dataset.from === id || edge.dataset.to === id);
  }
}

function spot(box) {
  const transform = box.transform.baseVal;
  if (!transform.numberOfItems) return [0, 0];
  const { e, f } = transform.consolidate().matrix;
  return [e, f];
}

function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function load(url, target) {
  // As if a link inside of it were followed: what the page says of addresses and swapping holds for it, too.
  htmx.ajax("GET", url, { source: document.querySelector(target), target, swap: "outerHTML" });
}

// The theme that is seen, which the system decides where the reader did not.
function theme() {
  const chosen = document.documentElement.dataset.bsTheme;
  return chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

function exported() {
  const url = new URL(document.querySelector("[data-lin-svg]").href);
  url.search = location.search;
  url.searchParams.set("theme", theme());
  return url;
}

async function savePicture() {
  // The drawing as the server gives it to whoever downloads it: an address of our own, which the policy allows as an image.
  const picture = new Image();
  picture.src = exported();
  await picture.decode();
  const page = document.createElement("canvas");
  const scale = Math.min(2, 8000 / Math.max(picture.naturalWidth, picture.naturalHeight));
  page.width = picture.naturalWidth * scale;
  page.height = picture.naturalHeight * scale;
  page.getContext("2d").drawImage(picture, 0, 0, page.width, page.height);
  const blob = await new Promise((done) => page.toBlob(done, "image/png"));
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: "lineage.png" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

let canvas = null;

function start() {
  const frame = document.querySelector(".lin-v:not([data-live])");
  if (frame) canvas = new Canvas(frame);
  const panel = document.querySelector("#lineage-panel");
  if (panel && canvas) canvas.choose(panel.dataset.node);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-lin], [data-lin-png], [data-lin-svg]");
  if (!button) return;
  if ("linPng" in button.dataset) savePicture();
  else if ("linSvg" in button.dataset) button.href = exported();
  else if (button.dataset.lin === "in") canvas.zoom(canvas.scale * TURN);
  else if (button.dataset.lin === "out") canvas.zoom(canvas.scale / TURN);
  else if (button.dataset.lin === "natural") canvas.zoom(1);
  else if (button.dataset.lin === "fit") canvas.all();
  else if (document.fullscreenElement) document.exitFullscreen();
  else document.querySelector(".lin").requestFullscreen();
});

document.addEventListener("htmx:afterSwap", start);
start();
