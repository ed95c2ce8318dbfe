/* The desk's drawer: tools fill it below the lines; Escape, its cross or the same tool closes it and leads back. */
"use strict";
(() => {
  const drawer = document.getElementById("drawer");
  if (!drawer) return;

  let opener = null;
  let left = "";  // where the focus was: its id, since the lines may be others by then

  function close() {
    drawer.hidden = true;
    drawer.replaceChildren();
    mark(null);
    (document.getElementById(left) ?? document.getElementById("entry") ?? opener)?.focus();
  }

  function mark(tool) {
    document.querySelectorAll("[data-tool]").forEach((other) => other.setAttribute("aria-expanded", String(other === tool)));
  }

  /* The same tool again closes what it opened. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const tool = event.target.closest?.("[data-tool]");
    if (!tool) return;
    if (tool.getAttribute("aria-expanded") === "true") {
      event.preventDefault();
      close();
    } else {
      opener = tool;
      const active = document.activeElement;
      if (!drawer.contains(active)) left = active?.closest?.("#lines, [data-entry]") ? active.id : "";
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== drawer) return;
    const wasHidden = drawer.hidden;
    drawer.hidden = drawer.childElementCount === 0;
    if (drawer.hidden) return close();
    if (opener) mark(opener);
    const first = drawer.querySelector('[aria-invalid="true"], [data-first], input:not([type=hidden]), select, textarea');
    if (wasHidden || !drawer.contains(document.activeElement)) (first ?? drawer).focus();
    if (wasHidden && matchMedia("(max-width: 68rem)").matches) drawer.scrollIntoView();  // it stands below the lines there
  });

  drawer.addEventListener("click", (event) => {
    if (!event.target.closest("[data-drawer-close]")) return;
    event.preventDefault();
    close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || drawer.hidden || document.querySelector("dialog:modal")) return;
    if (!drawer.contains(event.target) && event.target !== document.body) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  }, true);
})();
