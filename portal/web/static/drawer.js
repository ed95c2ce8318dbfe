/* The desk's drawer: tools fill it below the lines; Escape, its cross or the same tool closes it and leads back. */
"use strict";
(() => {
  const drawer = document.getElementById("drawer");
  if (!drawer) return;

  let opener = null;
  let left = "";  // where the focus was: its id, since the lines may be others by then

  /* What was typed and not sent stands there again when the tool is opened again on this page. */
  const unsent = new Map();

  function fields(form) {
    return [...form.elements].filter((field) => field.matches("textarea, input:not([type=hidden])"));
  }

  function ticks(field) {
    return field.type === "checkbox" || field.type === "radio";
  }

  function name(field) {
    return ticks(field) ? `${field.name} ${field.value}` : field.name;
  }

  function typedForms() {
    return [...drawer.querySelectorAll("form.form:not(#query-form)")].filter((form) => form.querySelector("textarea"));  // the query keeps itself
  }

  function keep() {
    for (const form of typedForms()) {
      const filled = fields(form).filter((field) => (ticks(field) ? field.checked : field.value));
      unsent.set(form.action, new Map(filled.map((field) => [name(field), field.value])));
    }
  }

  function putBack() {
    for (const form of typedForms()) {
      const filled = unsent.get(form.action);
      for (const field of fields(form)) {
        if (!filled?.has(name(field))) continue;
        if (ticks(field)) field.checked = true;
        else field.value ||= filled.get(name(field));
      }
    }
  }

  function close() {
    keep();
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
      keep();
      opener = tool;
      const active = document.activeElement;
      if (!drawer.contains(active)) left = active?.closest?.("#lines, [data-entry]") ? active.id : "";
    }
  });

  /* A form that answers itself is the same form again: the focus and what was in view stay where they were. */
  let before = null;

  function nameOf(element) {
    if (element.id) return `#${CSS.escape(element.id)}`;
    const value = element.matches("button") ? `[value="${CSS.escape(element.value)}"]` : "";
    return element.name ? `${element.localName}[name="${CSS.escape(element.name)}"]${value}` : "";
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== drawer) return;
    const active = drawer.contains(document.activeElement) ? document.activeElement : null;
    const action = active?.form?.getAttribute("action") ?? "";
    before = active && action && { name: nameOf(active), action, top: drawer.scrollTop };
  });

  function stay() {
    const form = before && [...drawer.querySelectorAll("form")].find((one) => one.getAttribute("action") === before.action);
    const same = form && before.name && form.querySelector(before.name);
    if (!same || drawer.querySelector('[aria-invalid="true"]')) return false;
    same.focus({ preventScroll: true });
    drawer.scrollTop = before.top;
    return true;
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== drawer) return;
    const wasHidden = drawer.hidden;
    drawer.hidden = drawer.childElementCount === 0;
    if (drawer.hidden) return close();
    if (opener) mark(opener);
    if (event.detail.requestConfig.verb === "get") putBack();
    if (!wasHidden && stay()) return;
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
