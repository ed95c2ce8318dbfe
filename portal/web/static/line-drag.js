/* Lines dragged to their place by the handle at their front; alt and the arrows do the same. */
"use strict";
(() => {
  const editor = document.getElementById("lines-form")?.lineEditor;
  if (!editor) return;
  let drag = null;  // {row, rows, to}

  const lines = () => document.getElementById("lines");

  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.("#lines [data-grip]");
    if (!grip || event.button !== 0) return;
    const row = grip.closest("tr");
    const rows = [...row.closest("table").querySelectorAll("tr[data-line]")];
    if (rows.length < 2) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    drag = { row, rows, to: rows.indexOf(row) };
    row.classList.add("dragged");
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const past = drag.rows.filter((row) => row !== drag.row && event.clientY > row.getBoundingClientRect().top + row.offsetHeight / 2);
    drag.to = past.length;
    const others = drag.rows.filter((row) => row !== drag.row);
    drag.rows.forEach((row) => row.classList.remove("drop-before", "drop-after"));
    if (others[drag.to]) others[drag.to].classList.add("drop-before");
    else others.at(-1)?.classList.add("drop-after");
  });

  function end(event) {
    if (!drag) return;
    const { row, rows, to } = drag;
    drag = null;
    rows.forEach((one) => one.classList.remove("dragged", "drop-before", "drop-after"));
    if (event.type === "pointerup" && lines().contains(row) && to !== rows.indexOf(row)) {
      editor.enqueue(`move ${row.dataset.line}`, { to: to + 1 });
    }
  }
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
})();
