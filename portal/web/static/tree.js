/* Keys in the code tree and in favourites and sets: up and down from line to line, left a step up, right a step down. */
"use strict";
(() => {
  document.addEventListener("keydown", (event) => {
    const tree = event.target.closest?.("#drawer [data-tree]");
    if (!tree || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const steps = [...tree.querySelectorAll("button.tree-step")];
    const at = steps.indexOf(event.target.closest("button.tree-step"));
    const typing = event.target.matches("input");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = steps[at < 0 ? 0 : at + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) next.focus();
      else if (event.key === "ArrowUp") tree.querySelector("input")?.focus();
    } else if (event.key === "ArrowLeft" && !typing) {
      [...tree.querySelectorAll("[data-up]")].at(-1)?.click();
    } else if (event.key === "ArrowRight" && at >= 0) {
      if (steps[at].name === "at") steps[at].click();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
})();
