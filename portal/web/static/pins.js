/* Evidence: what is selected or found on a page is pinned to a line, or becomes a code that carries it; lines lead back. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]")?.viewer;
  const editor = document.getElementById("lines-form")?.lineEditor;
  const entry = document.getElementById("entry");
  if (!viewer || !editor) return;

  const nothing = "Select some words on a page first, or find them with ctrl f.";
  const lines = () => document.getElementById("lines");
  let last = "";  // the line that was in focus or changed last
  let asking = null;  // a place that waits for the letter of its line

  const toast = (text, tone) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
  const lineOf = (element) => element?.closest?.("#lines tr[data-line]") ?? document.getElementById(element?.closest?.("[data-more]")?.id.replace("more-", "line-") ?? "");

  async function place() {
    return (await viewer.selectedPlace()) ?? viewer.foundPlace?.() ?? null;
  }

  function pinTo(row, found) {
    editor.enqueue(`pin ${row.dataset.line}`, { pin_page: found.pageId, pin_start: found.start, pin_end: found.end });
  }

  const actions = {
    async pin() {
      const focused = lineOf(document.activeElement);
      const found = await place();
      if (!found) return toast(nothing, "warn");
      const rows = editor.rows();
      const row = focused ?? document.getElementById(last) ?? (rows.length === 1 ? rows[0] : null);
      if (row) return pinTo(row, found);
      if (!rows.length) return actions.code();
      asking = found;
      return toast("Which line? Press the letter of the diagnosis, or the number of the procedure.", "warn");
    },
    async code() {
      const found = await place();
      if (!found) return toast(nothing, "warn");
      editor.fill(found.text.replace(/\s+/g, " ").trim().slice(0, 200), found);
      return entry.select();
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-evidence]");
    if (button) actions[button.dataset.evidence]().catch(() => undefined);
  });
  /* Pressing a button must not take the selection away. */
  document.addEventListener("pointerdown", (event) => {
    if (event.target.closest?.("[data-evidence]")) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (asking && event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      const found = asking;
      asking = null;
      event.preventDefault();
      event.stopPropagation();
      const wanted = editor.rows().find((row) => row.querySelector(".seq").textContent.trim() === event.key.toUpperCase());
      if (wanted) pinTo(wanted, found);
      else toast(`There is no line ${event.key.toUpperCase()}. Nothing was pinned.`, "warn");
    } else if (event.key === "Escape") asking = null;
    else if (event.key === "ArrowRight" && !event.altKey && !event.ctrlKey && event.target.matches?.("#lines tr[data-line]")) showNext(event);
    else if ((event.key === "ArrowLeft" || event.key === "Escape") && event.target.matches?.(".pin a")) {
      event.preventDefault();
      event.stopPropagation();
      document.getElementById(`line-${event.target.closest("[data-pins-of]").dataset.pinsOf}`)?.focus();
    } else if (event.key === "ArrowRight" && event.target.matches?.(".pin a")) {
      event.preventDefault();
      const links = [...event.target.closest(".pins").querySelectorAll("a")];
      const next = links[(links.indexOf(event.target) + 1) % links.length];
      next.focus();
      next.click();
    }
  }, true);

  /* From a line to its first place, and on to the next ones: the page shows each. */
  function showNext(event) {
    const link = lines().querySelector(`[data-pins-of="${event.target.id.replace("line-", "")}"] a`);
    if (!link) return;
    event.preventDefault();
    link.focus();
    link.click();
  }

  document.addEventListener("focusin", (event) => {
    const row = lineOf(event.target);
    if (row) last = row.id;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id === "lines" && lines().dataset.focus) last = lines().dataset.focus;
  });
})();
