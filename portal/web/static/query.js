/* The query builder in the desk's drawer: what is selected on a page becomes the place that is quoted. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]");
  const drawer = document.getElementById("drawer");
  if (!viewer?.viewer || !drawer) return;

  let chosen = null;  // {page, place, start, end, text}; places count letters, as the server counts them

  viewer.addEventListener("viewer:select", (event) => {
    const { pageId, page, start, end, text } = event.detail;
    chosen = { page: pageId, place: page, start, end, text };
    show();
  });

  function show() {
    const note = drawer.querySelector("[data-query-selected]");
    if (!note) return;
    note.hidden = !chosen;
    for (const pin of drawer.querySelectorAll("[data-query-pin]")) pin.value = chosen ? chosen[pin.dataset.queryPin] : "";
    if (!chosen) return;
    note.querySelector("[data-query-page]").textContent = chosen.place;
    note.querySelector("[data-query-words]").textContent = chosen.text;
  }

  /* Words that are typed count instead of what is selected. */
  drawer.addEventListener("input", (event) => {
    if (event.target.name !== "words") return;
    chosen = null;
    show();
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig?.triggeringEvent?.submitter?.value === "quote") chosen = null;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === drawer) show();
  });
})();
