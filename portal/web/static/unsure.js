/* Unsure: what is selected or found on a page, and the line in focus, go into the form that the drawer opens. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]")?.viewer;
  const drawer = document.getElementById("drawer");
  if (!viewer || !drawer) return;

  const form = () => drawer.querySelector("[data-unsure]");
  const isTool = (element) => element?.closest?.("[data-tool]")?.getAttribute("href")?.endsWith("/unsure") ?? false;
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
    for (const field of asked.querySelectorAll("[data-unsure-pin]")) field.value = pin[field.dataset.unsurePin];
    asked.querySelector("[data-unsure-place]").hidden = !found;
    asked.querySelector("[data-unsure-words]").textContent = found ? found.text.replace(/\s+/g, " ").trim().slice(0, 120) : "";
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isTool(event.target)) return;
    place = viewer.selectedPlace().then((found) => found ?? viewer.foundPlace?.() ?? null).catch(() => null);
  });
  document.addEventListener("htmx:afterSwap", async (event) => {
    if (event.detail.target !== drawer || !form() || !place) return;
    const select = form().querySelector('select[name="line"]');
    if (select && [...select.options].some((one) => one.value === line)) select.value = line;
    const found = await place;
    place = null;
    put(found);
  });
  document.addEventListener("viewer:select", (event) => put(event.detail));
  drawer.addEventListener("click", (event) => {
    if (event.target.closest("[data-unsure-nowhere]")) put(null);
  });
})();
