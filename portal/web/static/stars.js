/* Favourites while searching: a star on each hit, pressed with the pointer, or alt f for the hit that is marked. */
"use strict";
(() => {
  const key = document.querySelector("[data-star-key]");
  const list = () => document.getElementById("code-hits");
  if (!key || !list()) return;

  /* What is typed, the hits and the focus stay as they are: only the star turns. */
  function turn(star) {
    const wasOn = star.classList.contains("on");
    const values = { code: star.dataset.star, op: wasOn ? "unstar" : "star" };
    const note = (event) => { if (event.detail.successful) show(star, !wasOn); };
    key.addEventListener("htmx:afterRequest", note, { once: true });
    htmx.ajax("POST", "/codes/starred", { source: key, target: "#said", swap: "textContent", values }).catch(() => undefined);
  }

  function show(star, isOn) {
    for (const one of list().querySelectorAll(`[data-star="${CSS.escape(star.dataset.star)}"]`)) {
      one.classList.toggle("on", isOn);
      one.firstElementChild.textContent = isOn ? "★" : "☆";
      one.lastElementChild.textContent = isOn ? "favourite" : "";
    }
  }

  /* A star lies on its hit's button, which would take the code. */
  document.addEventListener("click", (event) => {
    const star = event.target.closest?.("[data-star]");
    if (!star) return;
    event.preventDefault();
    event.stopPropagation();
    turn(star);
  }, true);
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest?.("[data-star], [data-star-key]")) event.preventDefault();  // the focus stays in the box
  });
  key.addEventListener("click", () => {
    const star = list().querySelector('[role="option"].on [data-star]');
    if (star) turn(star);
  });

  document.addEventListener("htmx:afterSettle", () => { key.hidden = !list().querySelector("[data-star]"); });
})();
