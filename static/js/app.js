// What every page does with JavaScript: copy, theme, sidebar, toasts, what follows requests of htmx, `/` for the search field,
// `?` for the keys, Ctrl K for the palette, whose own module is loaded when somebody opens it. All of it is listened for at the
// document, so parts that htmx swaps in need no set-up.

const toasts = document.querySelector("#messages");

// On a phone the tabs are wider than the page: the one that is open is shown.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

async function copy(button) {
  const text = button.dataset.copy;
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {
    // Browsers give the clipboard to https and localhost only; a server in a plain network still wants to copy.
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.dataset.copied = "";
  const said = Object.assign(document.createElement("span"), { className: "sr", textContent: toasts.dataset.copied });
  toasts.append(said);
  setTimeout(() => {
    delete button.dataset.copied;
    said.remove();
  }, 1500);
}

/** A request of htmx that failed changes nothing on the page; the toast of base_document.html says why, where the answer does. */
function sayFailure({ detail: { xhr } }) {
  const toast = document.querySelector("#failure").content.cloneNode(true);
  const why = new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("main p");
  if (why) toast.querySelector("[data-why]").textContent = why.textContent;
  toasts.append(toast);
}

document.addEventListener("htmx:responseError", sayFailure);
document.addEventListener("htmx:sendError", sayFailure);

// The pop-up in which one wrote a label is closed by the new labels, so the focus goes back to what opened it.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "chips" && document.activeElement === document.body) target.querySelector(".chip-add").focus();
});

function setTheme(form, theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.bsTheme;
  else root.dataset.bsTheme = theme;
  for (const button of form.querySelectorAll("[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent("vitrine:theme"));
}

function toggleSidebar() {
  const shell = document.querySelector(".shell");
  const side = shell.dataset.side === "collapsed" ? "" : "collapsed";
  shell.dataset.side = side;
  // A cookie and not localStorage: the server renders the right width at once.
  document.cookie = `sidebar=${side}; path=/; max-age=31536000; samesite=lax`;
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-copy], [data-dismiss], [data-toggle-sidebar], [data-close]");
  if (!target) return;
  if ("copy" in target.dataset) copy(target);
  else if ("close" in target.dataset) target.closest("dialog").close();
  else if ("dismiss" in target.dataset) target.closest(".toast-v").remove();
  else toggleSidebar();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("themeSwitch" in form.dataset) || !event.submitter) return;
  event.preventDefault();
  setTheme(form, event.submitter.value);
  fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), redirect: "manual" });
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "?") document.querySelector("#keys")?.showModal();
  if (event.key !== "/") return;
  const search = document.querySelector("[role=search] input:not([type=hidden])");
  event.preventDefault();
  if (search) search.focus();
  else document.querySelector("[data-palette]")?.click();
});

// The palette. Where one was lately is kept in this browser alone, for one person, until they sign out.
const palette = document.querySelector("#palette"); // none before one signs in
const MOST_PLACES = 9; // one of them is this page
const NO_PLACES = /^\/(search|accounts|help|changes)\/|\/(new|edit|delete|link)\/$/;

function openPalette() {
  const field = palette.querySelector("input");
  field.value = "";
  palette.querySelector("[role=listbox]").replaceChildren();
  palette.showModal(); // at once, so that nothing typed is lost
  htmx.trigger(field, "vitrine:open");
  import(palette.dataset.module);
}

function remember() {
  const { user, recentKey } = palette.dataset;
  const path = location.pathname;
  const crumbs = [...document.querySelectorAll(".crumbs li")].map((crumb) => crumb.textContent.replace(/^\s*\/|\s+$/g, "").trim());
  if (NO_PLACES.test(path) || !crumbs.length) return;
  const place = { path, name: crumbs.at(-1), where: crumbs.slice(0, -1).join(" / ") };
  try {
    const kept = JSON.parse(localStorage.getItem(recentKey));
    const others = kept?.user === user ? kept.places.filter((other) => other.path !== path) : [];
    localStorage.setItem(recentKey, JSON.stringify({ user, places: [place, ...others].slice(0, MOST_PLACES) }));
  } catch {
    // A browser that keeps nothing has no recent places.
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (!palette || (!palette.open && document.querySelector("dialog[open]"))) return;
  event.preventDefault();
  if (palette.open) palette.close();
  else openPalette();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPalette();
});

document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-sign-out]")) localStorage.removeItem(palette.dataset.recentKey);
});

if (palette) remember();
