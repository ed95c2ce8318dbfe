/* Find in the documents: the pages' words are fetched once, what is typed is sought in this page and sent nowhere. */
"use strict";
(() => {
  const viewer = document.querySelector("[data-viewer]");
  const box = document.getElementById("doc-find");
  if (!viewer?.viewer?.load || !box) return;
  const { pages, thumbs, load, mark, clear, bring, rangeIn, highlight } = viewer.viewer;
  const said = document.getElementById("doc-found");
  const steppers = viewer.querySelectorAll('[data-view="before"], [data-view="after"]');
  const known = new Map();  // page → {layer, folded, at}: its letters as they are compared
  const most = 1000;  // places; whoever finds more looks for something else
  let hits = [];
  let at = -1;
  let missing = 0;  // pages whose words could not be fetched
  let left = "";  // where the focus was

  /* Capitals, accents and the number of spaces make no difference; `at` leads back to the letters. */
  function fold(letters) {
    const folded = [];
    const places = [];
    letters.forEach((letter, place) => {
      const plain = /\s/.test(letter) ? " " : letter.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
      if (plain === " " && (folded.at(-1) ?? " ") === " ") return;
      for (const one of plain) {
        folded.push(one);
        places.push(place);
      }
    });
    return { text: folded.join(""), places };
  }

  /* ---------- the words of all pages, four at a time ---------- */

  let gathering = null;

  function gather() {
    gathering ??= (async () => {
      const queue = [...pages];
      missing = 0;
      const fetchNext = async () => {
        for (let page = queue.shift(); page; page = queue.shift()) {
          if (known.has(page)) continue;
          try {
            const layer = await load(page);
            known.set(page, { layer, ...fold(layer.letters) });
            find(true);
          } catch {
            missing += 1;
          }
        }
      };
      await Promise.all([1, 2, 3, 4].map(fetchNext));
      gathering = null;
      find(true);
    })();
  }

  /* ---------- finding ---------- */

  function find(more = false) {
    const wanted = fold([...box.value.trim()]).text;
    const reading = more ? hits[at] : null;
    hits = [];
    if (wanted) {
      for (const page of pages) {
        const { text, places, layer } = known.get(page) ?? {};
        for (let from = text?.indexOf(wanted) ?? -1; from >= 0 && hits.length < most; from = text.indexOf(wanted, from + wanted.length)) {
          hits.push({ page, layer, start: places[from], end: places[from + wanted.length - 1] + 1 });
        }
      }
    }
    at = reading ? hits.findIndex((hit) => hit.page === reading.page && hit.start === reading.start) : -1;
    if (at < 0 && hits.length) at = Math.max(hits.findIndex((hit) => Number(hit.page.dataset.page) >= viewer.viewer.current()), 0);
    paint();
    if (hits.length && !reading) bringHit();
  }

  function paint() {
    clear("found");
    const ranges = [];
    hits.forEach((hit, number) => {
      const range = rangeIn(hit.page, hit.layer.letters, hit.start, hit.end);
      if (range) ranges.push(range);
      hit.shown = range ?? mark(hit.page, hit.layer, hit.start, hit.end, "found", String(number));
    });
    highlight("viewer-found", ranges);
    const counts = new Map();
    for (const { page } of hits) counts.set(page, (counts.get(page) ?? 0) + 1);
    thumbs.forEach((thumb, place) => {
      const count = counts.get(pages[place]);
      if (count) thumb.dataset.found = String(count);
      else delete thumb.dataset.found;
    });
    point();
  }

  function point() {
    viewer.querySelectorAll(".marks i.found").forEach((one) => one.classList.toggle("on", one.dataset.number === String(at)));
    const hit = hits[at];
    highlight("viewer-now", hit?.shown instanceof Range ? [hit.shown] : []);
    steppers.forEach((button) => { button.hidden = !hits.length; });
    const still = gathering ? ` of ${known.size}/${pages.length} pages` : "";
    const holes = missing && !gathering ? `, ${missing} ${missing === 1 ? "page" : "pages"} not read` : "";
    if (!box.value.trim()) said.textContent = "";
    else if (hits.length) said.textContent = `${at + 1}/${hits.length === most ? `${most}+` : hits.length}${hit.shown ? "" : ", somewhere on the page"}${still}${holes}`;
    else said.textContent = gathering ? `reading${still}` : `none${holes}`;
  }

  function bringHit() {
    const hit = hits[at];
    if (hit) bring(hit.page, hit.shown);
  }

  function step(by) {
    if (!hits.length) return;
    at = (at + by + hits.length) % hits.length;
    point();
    bringHit();
  }

  /* The place that was found and is being looked at. */
  viewer.viewer.foundPlace = () => {
    const hit = hits[at];
    return hit ? viewer.viewer.placeOf(hit.page, hit.layer, hit.start, hit.end) : null;
  };

  /* ---------- the box ---------- */

  box.addEventListener("focus", (event) => {
    left = event.relatedTarget ?? left;
    gather();
  });
  let finding = 0;
  box.addEventListener("input", () => {
    cancelAnimationFrame(finding);
    finding = requestAnimationFrame(() => find());
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" || event.key === "F3") step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      box.value = "";
      find();
      (left?.isConnected ? left : viewer.viewer.frame).focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  viewer.addEventListener("click", (event) => {
    const way = event.target.closest("[data-view]")?.dataset.view;
    if (way === "before" || way === "after") step(way === "after" ? 1 : -1);
  });
})();
