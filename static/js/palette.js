// The palette: Ctrl K opens it, arrows choose, Enter goes. What it offers comes from the server; where one was lately is
// kept in this browser alone, for one person, until they sign out. Without this module its button leads to the search page.

const palette = document.querySelector("#palette");
const field = palette.querySelector("input");
const found = palette.querySelector("#palette-found");
const icon = palette.querySelector("template").content;
const RECENT = "vitrine:recent";
const MOST = 8;
const NO_PLACES = /^\/(search|accounts|help|changes)\/|\/(new|edit|delete|link)\/$/;

function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT));
    return kept.user === palette.dataset.user ? kept.places : [];
  } catch {
    return []; // nothing kept, not allowed to keep, or not ours
  }
}

function remember() {
  const path = location.pathname;
  const crumbs = [...document.querySelectorAll(".crumbs li")].map((crumb) => crumb.textContent.trim());
  if (NO_PLACES.test(path) || !crumbs.length) return;
  const place = { path, name: crumbs.at(-1), where: crumbs.slice(0, -1).join(" / ") };
  const places = [place, ...recent().filter((other) => other.path !== path)].slice(0, MOST + 1);
  try {
    localStorage.setItem(RECENT, JSON.stringify({ user: palette.dataset.user, places }));
  } catch {
    // A browser that keeps nothing has no recent places.
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

function open() {
  field.value = "";
  found.replaceChildren();
  palette.showModal();
  htmx.trigger(field, "vitrine:open");
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

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== found) return;
  if (!field.value.trim()) found.prepend(...recentGroup());
  choose(options()[0]);
});

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (palette.open) palette.close();
  else if (document.querySelector("dialog[open]")) return;
  else open();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target === palette) palette.close(); // its backdrop
  if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});

document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-sign-out]")) localStorage.removeItem(RECENT);
});

remember();
