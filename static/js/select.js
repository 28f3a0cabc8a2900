// Rows picked by checkbox in a form with data-select: how many, and which buttons have enough of them.
//
// A button says with data-from and data-most how many it takes. Without this module all buttons are there, and the page
// they lead to says what is missing.

function count(form) {
  const picked = form.querySelectorAll("[name=run]:checked, [name=v]:checked").length;
  for (const button of form.querySelectorAll("[data-from]")) {
    button.disabled = picked < Number(button.dataset.from) || picked > Number(button.dataset.most);
  }
  const said = form.querySelector("[data-picked]");
  if (!said) return;
  said.dataset.none ??= said.textContent;
  said.textContent = picked ? said.dataset.some.replace("%d", picked) : said.dataset.none;
}

function countAll() {
  document.querySelectorAll("form[data-select]").forEach(count);
}

countAll();
document.addEventListener("change", ({ target }) => target.form?.matches("form[data-select]") && count(target.form));
document.addEventListener("htmx:load", countAll);
window.addEventListener("pageshow", countAll); // going back keeps what was picked
