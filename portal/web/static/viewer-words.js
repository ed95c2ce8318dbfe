/* The words on the pages: laid over the pictures to be selected, and shown as evidence. They live in this page alone. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]");
  if (!viewer?.viewer) return;
  const { frame, pages } = viewer.viewer;
  const loading = new Map();  // page → promise of its words

  /* A page's words: {letters, words: [{start, end, box}]}. Letters are counted as the server counts them, not in halves of pairs. */
  function load(page) {
    if (!loading.has(page)) loading.set(page, read(page).catch((error) => { loading.delete(page); throw error; }));
    return loading.get(page);
  }

  async function read(page) {
    const note = page.querySelector(".note-text");
    if (note) return split(note.textContent);
    if (!page.dataset.layer) return { letters: [], words: [] };
    const answer = await fetch(page.dataset.layer, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error("the words of a page did not come");
    const { text, words } = await answer.json();
    const found = words.length
      ? { letters: [...text], words: words.map(([start, end, left, top, right, bottom]) => ({ start, end, box: { left, top, right, bottom } })) }
      : split(text);
    lay(page, found);
    return found;
  }

  /* Without places, words are what stands between spaces. */
  function split(text) {
    const letters = [...text];
    const words = [];
    letters.forEach((letter, at) => {
      if (/\s/.test(letter)) return;
      if (words.length && words.at(-1).end === at) words.at(-1).end = at + 1;
      else words.push({ start: at, end: at + 1, box: null });
    });
    return { letters, words };
  }

  /* ---------- the layer ---------- */

  const whole = 10_000;
  const pen = document.createElement("canvas").getContext("2d");
  const spans = new WeakMap();  // span → number of its word

  function lay(page, { letters, words }) {
    const leaf = page.querySelector(".leaf");
    const layer = document.createElement("div");
    const image = leaf.querySelector("img");
    const ratio = (Number(image.getAttribute("width")) || image.naturalWidth) / (Number(image.getAttribute("height")) || image.naturalHeight);
    if (!words.length || !words[0].box) {
      layer.className = "out-of-sight";
      layer.textContent = letters.join("");
    } else {
      layer.className = "layer";
      pen.font = `100px ${getComputedStyle(document.body).fontFamily}`;
      words.forEach((word, number) => {
        const text = letters.slice(word.start, word.end).join("");
        const between = letters.slice(word.end, words[number + 1]?.start ?? letters.length).join("");
        const span = document.createElement("span");
        const { left, top, right, bottom } = word.box;
        span.textContent = text + (between.includes("\n") ? "\n" : between ? " " : "");
        span.style.left = `${left / 100}%`;
        span.style.top = `${top / 100}%`;
        span.style.fontSize = `${(bottom - top) / 100}cqh`;
        span.style.transform = `scaleX(${(((right - left) / (bottom - top)) * ratio * 100) / pen.measureText(text).width || 1})`;
        spans.set(span, number);
        layer.append(span);
      });
    }
    leaf.append(layer);
  }

  /* The words of the page being read and of the next come after their pictures. */
  function loadAround() {
    const at = viewer.viewer.current();
    for (const page of [pages[at - 1], pages[at]]) {
      const image = page?.querySelector("img");
      if (!image || !page.dataset.layer) continue;
      if (image.complete && image.naturalWidth) load(page).catch(() => undefined);
      else if (image.loading === "eager") image.addEventListener("load", loadAround, { once: true });
    }
  }
  viewer.addEventListener("viewer:page", loadAround);

  /* ---------- marks on a picture ---------- */

  /* Put marks of one kind over words or parts of them, [start, end) in letters; returns the first element, if any. */
  function mark(page, { letters, words }, start, end, kind, number = "") {
    const leaf = page.querySelector(".leaf");
    if (!leaf) return null;
    let marks = leaf.querySelector(".marks");
    if (!marks) {
      marks = document.createElement("div");
      marks.className = "marks";
      marks.setAttribute("aria-hidden", "true");
      leaf.append(marks);
    }
    let first = null;
    for (const word of words) {
      if (word.end <= start || word.start >= end || !word.box) continue;
      const { left, top, right, bottom } = word.box;
      const letter = (right - left) / (word.end - word.start);
      const from = left + letter * Math.max(start - word.start, 0);
      const to = right - letter * Math.max(word.end - end, 0);
      const one = document.createElement("i");
      one.className = kind;
      one.dataset.number = number;
      one.style.left = `${from / 100}%`;
      one.style.top = `${top / 100 - 0.15}%`;
      one.style.width = `${(to - from) / 100}%`;
      one.style.height = `${(bottom - top) / 100 + 0.3}%`;
      marks.append(one);
      first ??= one;
    }
    return first;
  }

  function clear(kind) {
    viewer.querySelectorAll(`.marks i.${kind}`).forEach((one) => one.remove());
  }

  /* The range of some letters in a page of words alone. */
  function rangeIn(page, letters, start, end) {
    const node = page.querySelector(".note-text")?.firstChild;
    if (!node) return null;
    const range = document.createRange();
    range.setStart(node, letters.slice(0, start).join("").length);
    range.setEnd(node, letters.slice(0, end).join("").length);
    return range;
  }

  /* Scroll so that something lies in the middle of the frame; a page whose places are not known is outlined. */
  function bring(page, thing) {
    if (!thing) {
      viewer.viewer.go(Number(page.dataset.page));
      page.classList.add("seek");
      setTimeout(() => page.classList.remove("seek"), 1600);
      return;
    }
    const box = thing.getBoundingClientRect();
    const room = frame.getBoundingClientRect();
    frame.scrollTop += box.top + box.height / 2 - room.top - frame.clientHeight * 0.4;
    if (box.left < room.left || box.right > room.right) frame.scrollLeft += box.left + box.width / 2 - room.left - frame.clientWidth / 2;
    viewer.viewer.show(Number(page.dataset.page));
  }

  /* ---------- evidence ---------- */

  const highlight = (name, ranges) => {
    if (globalThis.Highlight) CSS.highlights.set(name, new Highlight(...ranges));
  };

  /* Show characters `start` to before `end` of a page, by its id, as evidence; resolves to whether the page is here. */
  async function showEvidence(pageId, start, end) {
    const page = pages.find((one) => one.dataset.id === pageId);
    if (!page) return false;
    clear("evidence");
    highlight("viewer-now", []);
    viewer.viewer.go(Number(page.dataset.page));
    const layer = await load(page);
    if (!layer.words.some((word) => word.end > start && word.start < end)) return true;
    const range = rangeIn(page, layer.letters, start, end);
    if (range) highlight("viewer-now", [range]);
    bring(page, range ?? mark(page, layer, start, end, "evidence"));
    return true;
  }

  /* #page=3&at=140-172 is read here and never sent: what follows a # stays in the browser. */
  function follow(hash) {
    const wanted = new URLSearchParams(hash.slice(1));
    const page = pages[Number(wanted.get("page")) - 1];
    if (!page) return;
    const place = /^(\d+)-(\d+)$/.exec(wanted.get("at") ?? "");
    if (place) showEvidence(page.dataset.id, Number(place[1]), Number(place[2])).catch(() => undefined);
    else viewer.viewer.go(Number(page.dataset.page));
  }
  window.addEventListener("hashchange", () => follow(location.hash));

  /* The same place is shown again, though its address is there already. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#page="]');
    if (link && link.hash === location.hash) follow(link.hash);
  });

  /* ---------- what is selected ---------- */

  function selected() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const page = pages.find((one) => range.intersectsNode(one) && one.contains(range.startContainer)) ?? pages.find((one) => range.intersectsNode(one));
    return page ? { page, range } : null;
  }

  /* The words that are selected now, as a place: characters `start` to before `end` of a page's text. */
  async function selectedPlace() {
    const found = selected();
    if (!found) return null;
    const { page, range } = found;
    const layer = await load(page);
    const words = page.querySelector(".note-text") ? inNote(page, layer, range) : onPicture(page, layer, range);
    return words.length ? placeOf(page, layer, words[0].start, words.at(-1).end) : null;
  }

  function placeOf(page, { letters }, start, end) {
    return { pageId: page.dataset.id, page: Number(page.dataset.page), start, end, text: letters.slice(start, end).join("") };
  }

  async function tellSelection() {
    const detail = await selectedPlace();
    if (detail) viewer.dispatchEvent(new CustomEvent("viewer:select", { bubbles: true, detail }));
  }

  function onPicture(page, { words }, range) {
    const touched = [...page.querySelectorAll(".layer span")].filter((span) => {
      if (!range.intersectsNode(span)) return false;
      const length = span.textContent.trimEnd().length;
      const from = span.contains(range.startContainer) ? range.startOffset : 0;
      const to = span.contains(range.endContainer) ? range.endOffset : length;
      return from < length && to > 0;
    });
    return touched.map((span) => words[spans.get(span)]);
  }

  function inNote(page, { words }, range) {
    const node = page.querySelector(".note-text").firstChild;
    const from = range.comparePoint(node, 0) >= 0 ? 0 : range.startOffset;
    const to = range.endContainer === node ? range.endOffset : node.length;
    const [start, end] = [[...node.data.slice(0, from)].length, [...node.data.slice(0, to)].length];
    return words.filter((word) => word.end > start && word.start < end);
  }

  let telling = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(telling);
    telling = setTimeout(() => tellSelection().catch(() => undefined), 150);
  });

  Object.assign(viewer.viewer, { load, mark, clear, bring, rangeIn, highlight, selectedPlace, placeOf });
  viewer.showEvidence = showEvidence;

  document.addEventListener("DOMContentLoaded", () => {
    follow(location.hash);
    loadAround();
  });
})();
