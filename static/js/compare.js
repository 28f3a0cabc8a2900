// Pictures of two versions laid over each other: the slider says how much of the first is shown.
// Without this module they lie side by side.

document.addEventListener("input", ({ target }) => {
  const box = target.closest("[data-pictures]");
  if (box && target.type === "range") box.style.setProperty("--cut", `${target.value}%`);
});
