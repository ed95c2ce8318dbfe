/* What every page gets: messages, the first mistake in focus, clocks, and files dropped on a form. Stores nothing. */
"use strict";
(() => {
  const minute = 60;

  /* ---------- messages ---------- */

  function toast(text, tone = "", until = "") {
    const region = document.getElementById("toasts");
    if (!region || !text) return;
    [...region.children].find((box) => box.firstChild.textContent === text)?.remove();  // said again: once is enough
    const box = document.createElement("div");
    box.className = `toast ${tone}`;
    box.dataset.until = until;
    if (tone === "bad") box.setAttribute("role", "alert");
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "link";
    close.textContent = "✕";
    close.setAttribute("aria-label", "Dismiss this message");
    close.addEventListener("click", () => box.remove());
    box.append(words, close);
    region.append(box);
    if (tone !== "bad" && tone !== "warn") setTimeout(() => box.remove(), 7000);  // a refusal waits to be read
  }

  /* The server says it in a header: HX-Trigger: {"toast": {"text": "…", "tone": "good"}} */
  document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone, event.detail.until));
  document.addEventListener("htmx:sendError", () => toast("The portal could not be reached. Nothing was sent; try again in a moment.", "bad"));
  document.addEventListener("htmx:timeout", () => toast("The portal took too long to answer. Try again in a moment.", "bad"));

  /* What a page says at its head is out of sight where its address leads further down: say it in view too. */
  window.addEventListener("load", () => {
    const said = location.hash && document.querySelector(".flash .notice");
    if (said && said.getBoundingClientRect().bottom <= 0) toast(said.textContent.trim(), said.classList.contains("warn") ? "warn" : "good");
  });

  /* A whole error page must not land inside a small part of this one: say its sentence instead. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400 || !/^\s*<!doctype/i.test(xhr.responseText)) return;
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const sentence = page.querySelector("main .lead") ?? page.querySelector("main h1");
    event.detail.shouldSwap = false;
    toast(sentence ? sentence.textContent.trim() : "That did not work. Reload the page and try again.", "bad");
  });

  /* ---------- autosave: <span class="save-state" data-save-state> beside a form[data-autosave] ---------- */

  function saying(event, text, bad = false) {
    if (!event.target.closest?.("[data-autosave]")) return;
    document.querySelectorAll("[data-save-state]").forEach((mark) => {
      mark.textContent = text;
      mark.classList.toggle("bad", bad);
    });
  }
  document.addEventListener("htmx:beforeRequest", (event) => saying(event, "Saving…"));
  document.addEventListener("htmx:afterRequest", (event) =>
    event.detail.xhr.status < 400 && event.detail.successful ? saying(event, "Saved") : saying(event, "Not saved", true));

  /* ---------- one tick for all: <input type="checkbox" data-choose-all="name"> ---------- */

  document.querySelectorAll("[data-choose-all]").forEach((all) => {
    all.hidden = false;
    all.parentElement.querySelector("[data-choose-all-label]").hidden = false;
    const each = all.form.querySelectorAll(`input[type="checkbox"][name="${all.dataset.chooseAll}"]`);
    all.addEventListener("change", () => each.forEach((one) => { one.checked = all.checked; }));
  });

  /* ---------- paper ---------- */

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  /* ---------- the first mistake ---------- */

  function focusFirstMistake(root) {
    const first = root.querySelector('[aria-invalid="true"], [data-wrong]') ?? root.querySelector(".form-errors, main[data-refused] .notice.bad");
    first?.focus();
  }

  /* ---------- clocks: the server gives seconds, so a wrong clock on this machine does no harm ---------- */

  const begun = new WeakMap();

  function passed(element) {
    if (!begun.has(element)) begun.set(element, Date.now());
    return Math.floor((Date.now() - begun.get(element)) / 1000);
  }

  function span(seconds) {
    const minutes = Math.floor(seconds / minute);
    if (minutes >= 1440) return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
    if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} m`;
    return `${minutes} min`;
  }

  function show(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function tick() {
    document.querySelectorAll("[data-left]").forEach((element) => {
      const left = Number(element.dataset.left) - passed(element);
      const late = left < 0;
      show(element, `${late ? element.dataset.after : element.dataset.before} ${span(Math.abs(left))}`);
      element.classList.toggle("bad", late);
      element.classList.toggle("warn", !late && left <= Number(element.dataset.warn));
      if (late && Number(element.dataset.left) >= 0 && !element.dataset.over) {
        element.dataset.over = "1";
        element.dispatchEvent(new CustomEvent("timeup", { bubbles: true }));
      }
    });
    document.querySelectorAll("[data-since]").forEach((element) => {
      const seconds = Number(element.dataset.since) + passed(element);
      show(element, `${Math.floor(seconds / minute)}:${String(seconds % minute).padStart(2, "0")}`);
    });
  }

  /* ---------- files ---------- */

  function size(bytes) {
    const [unit, value] = bytes < 1e3 ? ["B", bytes] : bytes < 1e6 ? ["KB", bytes / 1e3] : ["MB", bytes / 1e6];
    return `${value.toFixed(unit === "B" || value >= 10 ? 0 : 1)} ${unit}`;
  }

  function listFiles(area, input) {
    const list = area.querySelector(".drop-list");
    list.replaceChildren(...[...input.files].map((file) => {
      const line = document.createElement("li");
      for (const [text, name] of [[file.name, ""], [size(file.size), "mono muted"]]) {
        const part = document.createElement("span");
        part.textContent = text;
        part.className = name;
        line.append(part);
      }
      return line;
    }));
    list.hidden = input.files.length === 0;
  }

  document.addEventListener("change", (event) => {
    const area = event.target.closest?.("[data-drop]");
    if (area && event.target.type === "file") listFiles(area, event.target);
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const area = event.target.closest?.("[data-drop]");
      if (!area) return;
      event.preventDefault();
      area.classList.toggle("over", name === "dragenter" || name === "dragover");
      if (name !== "drop" || !event.dataTransfer.files.length) return;
      const input = area.querySelector("input[type=file]");
      const files = new DataTransfer();
      [...event.dataTransfer.files].slice(0, input.multiple ? undefined : 1).forEach((file) => files.items.add(file));
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  /* A file dropped beside the area must not replace the page by the file. */
  for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = event.target.querySelector?.(".drop-progress");
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = Math.round((100 * event.detail.loaded) / event.detail.total);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const bar = event.target.querySelector?.(".drop-progress");
    if (bar) bar.hidden = true;
  });

  /* ---------- start ---------- */

  document.addEventListener("DOMContentLoaded", () => {
    focusFirstMistake(document);
    tick();
    setInterval(tick, 1000);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.target.closest?.("[data-autosave]")) focusFirstMistake(event.target);  // never away from where one types
    tick();
  });
})();
