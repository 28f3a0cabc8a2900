// What a table of versions does with JavaScript. Without it the bar under the table is a form like any other.
//
// - On narrow screens the chart above the table starts folded, for the table comes first.
// - A row's button fills the one menu with what can be done with its version.
// - The bar floats once rows are selected and says what its buttons will do. Shift selects a range, the box in the head all.

const COMPARE_FROM = 2;
const COMPARE_MOST = 10;

const boxes = () => [...document.querySelectorAll("[name=v][form=bulk]")];
const labelOf = (box) => `v${box.value}`;
let last = null;

function listed(selected) {
  const names = selected.map(labelOf);
  return names.length > 6 ? `${names.slice(0, 6).join(", ")}, …` : names.join(", ");
}

function tell() {
  const bar = document.querySelector("#bulk");
  if (!bar) return;
  const all = boxes();
  const selected = all.filter((box) => box.checked);
  const held = selected.filter((box) => "protected" in box.dataset);
  bar.dataset.on = selected.length ? "yes" : "no";
  const said = bar.querySelector("[data-said]");
  said.textContent = said.dataset.said.replace("%d", selected.length);
  bar.querySelector("[data-names]").textContent = listed(selected);
  bar.querySelector("[data-why]").textContent = held.length ? bar.querySelector("[data-why]").dataset.why.replace("%s", listed(held)) : "";
  for (const button of bar.querySelectorAll("[data-compare], [data-remove]")) {
    const compares = "compare" in button.dataset;
    const count = compares ? selected.length : selected.length - held.length;
    button.querySelector("span").textContent = (button.dataset.compare ?? button.dataset.remove).replace("%d", count);
    button.disabled = compares ? count < COMPARE_FROM || count > COMPARE_MOST : !count;
  }
  const whole = document.querySelector("[data-all]");
  whole.checked = selected.length > 0 && selected.length === all.length;
  whole.indeterminate = selected.length > 0 && !whole.checked;
}

function fill(menu, version) {
  for (const link of menu.querySelectorAll("[data-at]")) link.href = version.getAttribute("href") + link.dataset.at;
  menu.querySelector("[data-copy]").dataset.copy = `${menu.dataset.of}:${version.textContent}`;
}

document.addEventListener("click", ({ target, shiftKey }) => {
  const opener = target.closest("[popovertarget=row-menu]");
  if (opener) fill(opener.popoverTargetElement, opener.closest("tr").querySelector(".chip-version"));
  if (target.closest("[data-clear]")) {
    for (const box of boxes()) box.checked = false;
    document.querySelector("[data-all]").focus();
    tell();
    return;
  }
  if (!target.matches("[name=v][form=bulk]")) return;
  const all = boxes();
  if (shiftKey && last?.isConnected) {
    const [from, to] = [all.indexOf(last), all.indexOf(target)].sort((a, b) => a - b);
    for (const box of all.slice(from, to + 1)) box.checked = target.checked;
  }
  last = target;
  tell();
});

document.addEventListener("change", ({ target }) => {
  if ("all" in target.dataset) for (const box of boxes()) box.checked = target.checked;
  if ("all" in target.dataset || target.matches("[name=v][form=bulk]")) tell();
});

if (matchMedia("(max-width: 1180px)").matches) {
  for (const chart of document.querySelectorAll(".over-v")) chart.open = false;
}
tell();
window.addEventListener("pageshow", tell); // going back keeps what was selected
