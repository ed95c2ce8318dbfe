/* Tools about a place: what is selected or found on a page, the page in view and the line in focus go into their form. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]")?.viewer;
  const drawer = document.getElementById("drawer");
  if (!viewer || !drawer) return;

  const form = () => drawer.querySelector("[data-placed]");
  const isTool = (element) => /\/(unsure|bookmarks)$/.test(element?.closest?.("[data-tool]")?.getAttribute("href") ?? "");
  let place = null;  // a promise: what was selected or found when the tool was opened
  let line = "";

  document.addEventListener("focusin", (event) => {
    if (drawer.contains(event.target) || isTool(event.target)) return;
    line = event.target.closest?.("#lines tr[data-line]")?.dataset.line.split(" ")[0] ?? "";
  });

  function put(found) {
    const asked = form();
    if (!asked) return;
    const pin = { page: found?.pageId ?? "", start: found?.start ?? "", end: found?.end ?? "" };
    for (const field of asked.querySelectorAll("[data-placed-pin]")) field.value = pin[field.dataset.placedPin];
    asked.querySelector("[data-placed-place]").hidden = !found;
    asked.querySelector("[data-placed-words]").textContent = found ? found.text.replace(/\s+/g, " ").trim().slice(0, 120) : "";
    const page = asked.querySelector("[data-placed-page]");
    if (page && found) page.value = found.pageId;
  }

  /* The page in view is meant, unless words are. */
  function turnTo() {
    const page = form()?.querySelector("[data-placed-page]");
    const now = Number(document.querySelector("[data-page-now]")?.textContent ?? 1);
    if (page && !form().querySelector('[aria-invalid="true"]')) page.selectedIndex = Math.min(now, page.length) - 1;
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isTool(event.target)) return;
    place = viewer.selectedPlace().then((found) => found ?? viewer.foundPlace?.() ?? null).catch(() => null);
  });
  document.addEventListener("htmx:afterSwap", async (event) => {
    if (event.detail.target !== drawer || !form()) return;
    turnTo();
    if (!place) return;
    const select = form().querySelector('select[name="line"]');
    if (select && [...select.options].some((one) => one.value === line)) select.value = line;
    const found = await place;
    place = null;
    put(found);
  });
  document.addEventListener("viewer:select", (event) => put(event.detail));
  drawer.addEventListener("click", (event) => {
    if (event.target.closest("[data-placed-nowhere]")) put(null);
  });
})();
