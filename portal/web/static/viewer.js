/* The viewer: which page one is on, size, turning, thumbnails, the next page already there, and where one was. Keeps ids only. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  const frame = viewer.querySelector(".doc-pages");
  const pages = [...viewer.querySelectorAll("[data-page]")];
  const thumbs = [...viewer.querySelectorAll(".thumb")];
  const now = viewer.querySelector("[data-page-now]");
  const zoomNow = viewer.querySelector("[data-zoom-now]");
  const steps = [50, 75, 100, 125, 150, 200, 300];
  const widest = 1.25;  // of the picture's own size, when it takes the width of the space
  let current = 1;
  let zoom = "width";  // "width", "fit" or percent of the picture's own size

  const picture = (page) => page.querySelector("img");
  const turnOf = (page) => Number(page.dataset.turn ?? 0);

  /* ---------- pages ---------- */

  function show(number) {
    current = number;
    now.textContent = String(number);
    zoomNow.textContent = `${Math.round(scaleOf(pages[number - 1]) * 100)}%`;
    thumbs.forEach((thumb, at) => {
      if (at + 1 === number) {
        thumb.setAttribute("aria-current", "page");
        const strip = thumb.parentElement;  // not scrollIntoView: on a chart's page that would scroll the page too
        const top = thumb.offsetTop - strip.offsetTop;
        if (top < strip.scrollTop || top + thumb.offsetHeight > strip.scrollTop + strip.clientHeight) strip.scrollTop = top - strip.clientHeight / 3;
      } else thumb.removeAttribute("aria-current");
    });
    fetchAround();
    remember();
    viewer.dispatchEvent(new CustomEvent("viewer:page", { detail: { page: number } }));
  }

  function go(number) {
    const page = pages[Math.min(Math.max(number, 1), pages.length) - 1];
    if (!page) return;
    frame.scrollTop += page.getBoundingClientRect().top - frame.getBoundingClientRect().top - 4;
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

  /* The next page is asked for as soon as the one being read has arrived: it is there before it is wanted. */
  function fetchAround() {
    const reading = picture(pages[current - 1] ?? frame);
    const next = pages[current] && picture(pages[current]);
    if (reading) reading.loading = "eager";
    if (next && (!reading || reading.complete)) next.loading = "eager";
  }

  /* ---------- size and turning ---------- */

  function natural(page) {
    const image = picture(page);
    const [width, height] = [Number(image?.getAttribute("width")) || image?.naturalWidth || 850, Number(image?.getAttribute("height")) || image?.naturalHeight || 1100];
    return turnOf(page) % 180 ? [height, width] : [width, height];
  }

  function scaleOf(page) {
    if (!page) return 1;
    const space = getComputedStyle(frame);
    const [width, height] = natural(page);
    const wide = (frame.clientWidth - parseFloat(space.paddingLeft) - parseFloat(space.paddingRight)) / width;
    if (zoom === "width") return Math.min(wide, widest);
    if (zoom === "fit") return Math.min(wide, (frame.clientHeight - 12) / height);
    return zoom / 100;
  }

  function lay() {
    frame.style.setProperty("--letters", String(typeof zoom === "number" ? zoom / 100 : 1));
    for (const page of pages) {
      if (!picture(page)) continue;
      const [width, height] = natural(page);
      page.classList.add("sized");
      page.style.width = `${Math.round(width * scaleOf(page))}px`;
      page.querySelector(".paper").style.aspectRatio = `${width} / ${height}`;
    }
  }

  /* What is being read stays where it is on the screen. */
  function keepingPlace(change) {
    const page = pages[current - 1];
    if (!page) return change();
    const before = page.getBoundingClientRect();
    const line = frame.getBoundingClientRect().top + 4;
    const part = before.height ? Math.min(Math.max((line - before.top) / before.height, 0), 1) : 0;
    change();
    const after = page.getBoundingClientRect();
    frame.scrollTop += after.top + part * after.height - line;
    frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
    return show(current);
  }

  function size(wanted) {
    keepingPlace(() => {
      zoom = wanted;
      lay();
    });
    const pressed = { width: "width", fit: "fit", 100: "full" }[zoom];
    viewer.querySelectorAll("[aria-pressed]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === pressed)));
  }

  function step(by) {
    const at = scaleOf(pages[current - 1]) * 100;
    size(by > 0 ? steps.find((one) => one > at + 1) ?? steps.at(-1) : steps.findLast((one) => one < at - 1) ?? steps[0]);
  }

  function turn(page, by) {
    if (!page || !picture(page)) return;
    keepingPlace(() => {
      page.dataset.turn = String((turnOf(page) + by) % 360);
      lay();
    });
  }

  const actions = {
    previous: () => go(current - 1),
    next: () => go(current + 1),
    smaller: () => step(-1),
    larger: () => step(1),
    width: () => size("width"),
    fit: () => size("fit"),
    full: () => size(100),
    turn: () => turn(pages[current - 1], 90),
  };
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view]");
    actions[button?.dataset.view]?.();
    const thumb = event.target.closest(".thumb");
    if (thumb) {
      event.preventDefault();
      go(thumbs.indexOf(thumb) + 1);
    }
  });

  /* On the desk these two read on, wherever one is typing. */
  document.addEventListener("keydown", (event) => {
    const by = { PageDown: 0.9, PageUp: -0.9 }[event.key];
    if (by === undefined || event.defaultPrevented || event.ctrlKey || event.target.matches?.("textarea, select") || document.querySelector("dialog:modal")) return;
    if (!viewer.closest(".desk") && !viewer.contains(event.target)) return;
    event.preventDefault();
    if (event.altKey) go(current + Math.sign(by));
    else frame.scrollTop += by * frame.clientHeight;
  });

  /* ---------- thumbnails ---------- */

  /* Drawn from the page where that has arrived: no second look, no second request. */
  function draw(page) {
    const image = picture(page);
    const place = thumbs[Number(page.dataset.page) - 1]?.querySelector(".thumb-picture");
    if (!image?.naturalWidth || !place || place.firstChild) return;
    const canvas = document.createElement("canvas");
    canvas.width = 128;
    canvas.height = Math.round((128 * image.naturalHeight) / image.naturalWidth);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    place.append(canvas);
  }

  /* The others are asked for small, once the page being read is there, and only those that come into sight. */
  function askForThumbnails() {
    const seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        if (target.firstChild) continue;
        const image = document.createElement("img");
        image.alt = "";
        image.src = target.dataset.src;
        target.append(image);
      }
    }, { root: viewer.querySelector(".thumbs"), rootMargin: "100px" });
    viewer.querySelectorAll(".thumb-picture").forEach((place) => seen.observe(place));
  }

  /* ---------- where one was: for this tab, until it is closed ---------- */

  const place = `viewer ${location.pathname}`;

  function remember() {
    const turns = Object.fromEntries(pages.filter((page) => turnOf(page)).map((page) => [page.dataset.id, turnOf(page)]));
    try {
      sessionStorage.setItem(place, JSON.stringify({ page: current, zoom, turns }));
      sessionStorage.setItem("viewer zoom", JSON.stringify(zoom));
    } catch { /* a browser that keeps nothing */ }
  }

  function recall(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name));
    } catch {
      return null;
    }
  }

  /* ---------- start ---------- */

  viewer.viewer = { frame, pages, thumbs, go, show, scaleOf, current: () => current };

  document.addEventListener("DOMContentLoaded", () => {
    const was = recall(place);
    viewer.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
    for (const page of pages) if (was?.turns?.[page.dataset.id]) page.dataset.turn = String(was.turns[page.dataset.id]);
    for (const page of pages) {
      picture(page)?.addEventListener("load", () => {
        if (!picture(page).getAttribute("width")) lay();
        draw(page);
        fetchAround();
      });
    }
    size(was?.zoom ?? recall("viewer zoom") ?? "width");
    const start = was?.page ?? Number(viewer.dataset.start);
    if (start > 1) go(start);
    else if (pages.length) show(1);
    pages.forEach(draw);
    new ResizeObserver(() => keepingPlace(lay)).observe(frame);

    const reading = pages[current - 1] && picture(pages[current - 1]);
    if (!reading || reading.complete) askForThumbnails();
    else for (const done of ["load", "error"]) reading.addEventListener(done, askForThumbnails, { once: true });
  });
})();
