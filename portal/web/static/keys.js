/* The keyboard: data-key="ctrl+enter" on whatever it presses or focuses, "?" lists them, and arrows walk a list of hits. */
"use strict";
(() => {
  const names = { " ": "space", ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

  /* Alt makes other signs of letters on some machines, and shift of digits: then the key that was pressed counts. */
  function pressedKey(event) {
    const key = event.key.toLowerCase();
    if (!event.altKey || /^[a-z0-9]$/.test(key)) return key;
    return /^(Key|Digit)(.)$/.exec(event.code)?.[2].toLowerCase() ?? key;
  }

  function chord(event) {
    const key = names[event.key] ?? pressedKey(event);
    const shift = event.shiftKey && (key.length > 1 || event.altKey) ? "shift+" : "";  // "?" already holds its shift
    return `${event.ctrlKey || event.metaKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}${shift}${key}`;
  }

  function takesText(element) {
    return element.isContentEditable || element.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  }

  /* Inside data-keys-within the key works only while the focus is in there too: a line's own keys. */
  function reachable(element) {
    const dialog = document.querySelector("dialog:modal");
    if (dialog && !dialog.contains(element)) return false;
    const home = element.closest("[data-keys-within]");
    if (home && !home.contains(document.activeElement)) return false;
    return !element.disabled && element.getClientRects().length > 0;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const pressed = chord(event);
    const single = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (single && (takesText(event.target) || !document.getElementById("shortcuts-on")?.checked)) return;
    const element = [...document.querySelectorAll(`[data-key="${CSS.escape(pressed)}"]`)].find(reachable);
    if (!element) return;
    event.preventDefault();
    if (event.repeat && !element.closest("[data-keys-within]")) return;  // a key held down decides nothing twice
    if (takesText(element)) {
      element.focus();
      element.select?.();
    } else element.click();
  });

  /* ---------- the list of shortcuts ---------- */

  function fillList() {
    const list = document.querySelector(".shortcut-list");
    const seen = new Set();
    list.replaceChildren();
    document.querySelectorAll("[data-key]").forEach((element) => {
      const { key, keyLabel } = element.dataset;
      if (seen.has(key) || element.getClientRects().length === 0) return;
      seen.add(key);
      const term = document.createElement("dt");
      const face = document.createElement("kbd");
      face.textContent = key === "+" ? key : key.replaceAll("+", " ");
      term.append(face);
      const words = document.createElement("dd");
      words.textContent = keyLabel ?? element.textContent.trim();
      list.append(term, words);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const opener = document.querySelector(".shortcuts-open");
    if (!opener) return;
    opener.hidden = false;
    opener.addEventListener("click", fillList);
  });

  /* ---------- a search line and its hits ---------- */

  function hitsOf(input) {
    return [...(document.getElementById(input.dataset.hits)?.querySelectorAll('[role="option"]') ?? [])];
  }

  function light(input, hit) {
    hitsOf(input).forEach((other) => {
      other.classList.toggle("on", other === hit);
      other.setAttribute("aria-selected", String(other === hit));
    });
    if (hit) input.setAttribute("aria-activedescendant", hit.id);
    else input.removeAttribute("aria-activedescendant");
    hit?.scrollIntoView({ block: "nearest" });
  }

  function refresh(input) {
    const hits = hitsOf(input);
    input.setAttribute("aria-expanded", String(hits.length > 0));
    light(input, hits.find((hit) => hit.classList.contains("on")) ?? hits[0]);
  }

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.dataset?.hits || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const hits = hitsOf(input);
    const at = hits.findIndex((hit) => hit.classList.contains("on"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!hits.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      light(input, hits[(at + step + hits.length) % hits.length]);
      event.preventDefault();
    } else if (event.key === "Enter" && hits[at]) {
      event.preventDefault();
      hits[at].click();
    } else if (event.key === "Escape") {
      if (input.value) {
        input.value = "";
        input.dispatchEvent(new Event("input", { bubbles: true }));
        event.preventDefault();
      } else input.blur();
    }
  });

  function refreshAll() {
    document.querySelectorAll("[data-hits]").forEach(refresh);
  }
  document.addEventListener("DOMContentLoaded", refreshAll);
  document.addEventListener("htmx:afterSettle", refreshAll);
})();
