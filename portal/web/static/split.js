/* Splitting a PDF: b marks where a chart begins, arrows go from page to page. Without it the buttons do the same. */
"use strict";
(() => {
  const pages = () => [...document.querySelectorAll("[data-page]")];

  document.addEventListener("keydown", (event) => {
    const page = event.target.closest?.("[data-page]");
    if (!page || event.target !== page || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "b") { event.preventDefault(); page.querySelector("[data-begin]")?.click(); }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    pages()[pages().indexOf(page) + step]?.focus();
  });

  /* After a beginning was marked, the page goes on where it was. */
  const at = location.hash.startsWith("#page-") && document.getElementById(location.hash.slice(1));
  if (at) at.focus();
})();
