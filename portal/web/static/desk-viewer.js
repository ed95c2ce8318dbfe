/* The viewer: which page one is on, going through pages, size and turning, small pictures from the large ones. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  const frame = viewer.querySelector(".doc-pages");
  const pages = [...viewer.querySelectorAll("[data-page]")];
  const thumbs = [...viewer.querySelectorAll(".thumb")];
  const now = viewer.querySelector("[data-page-now]");
  const steps = ["50", "75", "width", "125", "150", "200"];
  let current = 1;

  function show(number) {
    current = number;
    now.textContent = String(number);
    thumbs.forEach((thumb, at) => {
      if (at + 1 === number) {
        thumb.setAttribute("aria-current", "page");
        thumb.scrollIntoView({ block: "nearest" });
      } else thumb.removeAttribute("aria-current");
    });
  }

  function go(number) {
    const page = pages[Math.min(Math.max(number, 1), pages.length) - 1];
    if (!page) return;
    frame.scrollTop += page.getBoundingClientRect().top - frame.getBoundingClientRect().top - 20;
    show(Number(page.dataset.page));
  }

  /* The page that covers the upper third of the frame is the one being read. */
  function locate() {
    const line = frame.getBoundingClientRect().top + frame.clientHeight / 3;
    const page = pages.findLast((one) => one.getBoundingClientRect().top <= line) ?? pages[0];
    if (page && Number(page.dataset.page) !== current) show(Number(page.dataset.page));
  }

  let waiting = false;
  frame.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; locate(); });
  }, { passive: true });

  function size(name) {
    const reading = current;
    frame.dataset.zoom = name;
    const mode = viewer.querySelector(`[data-view="${name}"]`);
    viewer.querySelector("[data-zoom-now]").textContent = mode ? "" : `${name}%`;
    viewer.querySelectorAll("[aria-pressed]").forEach((button) => button.setAttribute("aria-pressed", String(button === mode)));
    go(reading);
  }

  function step(by) {
    const at = steps.indexOf(frame.dataset.zoom);
    size(steps[Math.min(Math.max((at < 0 ? 2 : at) + by, 0), steps.length - 1)]);
  }

  const actions = {
    previous: () => go(current - 1),
    next: () => go(current + 1),
    smaller: () => step(-1),
    larger: () => step(1),
    width: () => size("width"),
    fit: () => size("fit"),
    full: () => size("full"),
    turn: () => {
      const page = pages[current - 1];
      if (page) page.dataset.turn = String((Number(page.dataset.turn ?? 0) + 90) % 360);
    },
  };
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view]");
    if (button) actions[button.dataset.view]();
    const thumb = event.target.closest(".thumb");
    if (thumb) {
      event.preventDefault();
      go(thumbs.indexOf(thumb) + 1);
    }
  });

  /* These two read on, wherever one is typing. */
  document.addEventListener("keydown", (event) => {
    const by = { PageDown: 0.9, PageUp: -0.9 }[event.key];
    if (by === undefined || event.defaultPrevented || event.ctrlKey || event.target.matches?.("textarea, select") || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    if (event.altKey) go(current + Math.sign(by));
    else frame.scrollTop += by * frame.clientHeight;
  });

  /* A thumbnail is drawn from the page that has arrived anyway: no second look, no second request. */
  function draw(page) {
    const image = page.querySelector("img");
    const thumb = thumbs[Number(page.dataset.page) - 1];
    if (!image?.naturalWidth || !thumb || thumb.querySelector("canvas")) return;
    const canvas = document.createElement("canvas");
    canvas.width = 128;
    canvas.height = Math.round((128 * image.naturalHeight) / image.naturalWidth);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    thumb.prepend(canvas);
  }

  document.addEventListener("DOMContentLoaded", () => {
    viewer.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
    pages.forEach((page) => {
      page.querySelector("img")?.addEventListener("load", () => draw(page));
      draw(page);
    });
    const start = Number(viewer.dataset.start);
    if (start > 1) go(start);
  });
})();
