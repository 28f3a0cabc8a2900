// The palette, once app.js has opened it: arrows choose, Enter goes. What it offers comes from the server, the recent places
// from this browser.

const palette = document.querySelector("#palette");
const field = palette.querySelector("input");
const found = palette.querySelector("#palette-found");
const icon = palette.querySelector("template").content;
const MOST = 8;

function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(palette.dataset.recentKey));
    return kept.user === palette.dataset.user ? kept.places : [];
  } catch {
    return []; // nothing kept, not allowed to keep, or not ours
  }
}

function span(css, text) {
  return Object.assign(document.createElement("span"), { className: css, textContent: text });
}

function option({ path, name, where }) {
  const link = Object.assign(document.createElement("a"), { href: path, role: "option", tabIndex: -1 });
  link.append(icon.cloneNode(true), span("ell", name), span("where ell", where));
  return link;
}

function recentGroup() {
  const places = recent().filter(({ path }) => path !== location.pathname).slice(0, MOST);
  if (!places.length) return [];
  const group = Object.assign(document.createElement("div"), { role: "group", ariaLabel: palette.dataset.recent });
  const heading = Object.assign(document.createElement("div"), { className: "pal-h", textContent: palette.dataset.recent });
  group.append(heading, ...places.map(option));
  return [group];
}

const options = () => [...found.querySelectorAll("[role=option]")];

function choose(chosen) {
  options().forEach((one, number) => {
    one.id = `choice-${number}`;
    one.ariaSelected = String(one === chosen);
  });
  field.setAttribute("aria-activedescendant", chosen?.id ?? "");
  chosen?.scrollIntoView({ block: "nearest" });
}

const chosen = () => found.querySelector("[aria-selected=true]");

function step(by) {
  const all = options();
  if (all.length) choose(all.at((all.indexOf(chosen()) + by) % all.length));
}

field.addEventListener("input", () => choose(null)); // until there is what fits the new words
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") step(1);
  else if (event.key === "ArrowUp") step(chosen() ? -1 : 0);
  else if (event.key === "Enter" && chosen()) chosen().click();
  else if (event.key === "Enter" && field.value.trim()) location.assign(`${palette.dataset.search}?q=${encodeURIComponent(field.value)}`);
  else return;
  event.preventDefault();
});

function arrange() {
  if (!field.value.trim()) found.prepend(...recentGroup());
  choose(options()[0]);
}

document.addEventListener("htmx:afterSwap", ({ target }) => target === found && arrange());
palette.addEventListener("click", ({ target }) => target === palette && palette.close()); // its backdrop
if (found.children.length) arrange(); // it came before this module
