/* The line editor: one box for everything, lines that save themselves, keys on the lines, a lease kept by real work. */
"use strict";
(() => {
  const form = document.getElementById("lines-form");
  const entry = document.getElementById("entry");
  if (!form || !entry) return;

  const replaces = document.querySelector("[data-replaces]");
  const label = document.querySelector('label[for="entry"]');
  const lines = () => document.getElementById("lines");
  const hits = () => document.getElementById("code-hits");
  const fields = () => [...lines().querySelectorAll(".tiny")];
  const isField = (element) => element?.matches?.("#lines .tiny") ?? false;
  const isReason = (element) => element?.matches?.("#lines [data-reason]") ?? false;
  const stored = (field) => field.defaultValue ?? [...field.options].find((one) => one.defaultSelected)?.value ?? "";
  const changed = (field) => field.value !== stored(field);
  const isRow = (element) => element?.matches?.("tr[data-line]") ?? false;
  const rows = () => [...lines().querySelectorAll("tr[data-line]")];

  function say(text) {
    document.getElementById("said").textContent = text;
  }

  function toast(text, tone, until) {
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, tone, until } }));
  }

  /* ---------- changes go out one after the other, each with the revision that the one before it left ---------- */

  let queue = Promise.resolve();
  let sent = new Map();  // what stood in the fields when they were sent
  let swapping = false;
  let refused = "";  // why the entry was not taken, until it is typed anew

  function send(button) {
    const op = button.value;
    const path = button.getAttribute("formaction") ?? form.getAttribute("action");
    const inDrawer = button.closest("#drawer") !== null;  // what is half typed stays
    const takesEntry = !inDrawer && (op.startsWith("add") || op.startsWith("take") || op.startsWith("line"));
    const typed = { entry: entry.value, replaces: replaces.value, ...pinned() };
    if (op === "add" && !typed.entry.trim()) return;
    // Cleared at once: whoever types the next code meanwhile must not append it to this one.
    if (takesEntry) clearEntry();
    enqueue(op, {}, path, takesEntry ? typed : null);
  }

  function enqueue(op, values = {}, path = form.getAttribute("action"), typed = null) {
    queue = queue.then(() => ask(op, values, path, typed)).catch(() => undefined);
  }

  async function ask(op, values, path, typed) {
    if (op === "submit" && (holdBack() || holdForAnswers())) return;
    const data = new FormData(form);
    data.set("op", op);
    for (const [name, value] of Object.entries({ ...typed, ...values })) data.set(name, value);
    sent = new Map(fields().map((field) => [field.id, field.value]));
    let status = 0;  // none: it never arrived
    const sender = document.getElementById("lines-sender");
    const note = (event) => { status = event.detail.xhr.status; };  // a refusal is swapped in too
    sender.addEventListener("htmx:afterRequest", note, { once: true });
    await htmx.ajax("POST", path, { source: sender, target: "#lines", swap: "outerHTML", values: data }).catch(() => undefined);
    sender.removeEventListener("htmx:afterRequest", note);
    const worked = status >= 200 && status < 400;
    if (typed && !worked) giveBack(typed);
    markEntry();
    refused = worked ? "" : document.getElementById("entry-error").textContent.trim();
    if (refused) tellState(`${refused} Everything else is saved.`);
    else if (op === "submit" && status === 422 && !lines().querySelector('[aria-invalid="true"]')) tellState("Not submitted. Everything is saved.");
  }

  /* A word that is no code is not added, and that is all: everything else was saved with it. */
  function tellState(text) {
    document.querySelectorAll("[data-save-state]").forEach((mark) => {
      mark.textContent = text;
      mark.classList.remove("bad");
    });
  }

  /* Errors stand beside their lines; the server would refuse too. Fields that are not saved yet may put them right. */
  function holdBack() {
    const errors = Number(lines().dataset.errors);
    if (!errors || fields().some(changed)) return false;
    const first = document.querySelector('[data-level="error"]');
    if (!first) return false;  // nothing is coded yet: the server says so
    first.scrollIntoView({ block: "center" });
    const row = first.closest("tr")?.previousElementSibling;
    (row?.querySelector("input.tiny") ?? (isRow(row) ? row : entry)).focus();
    toast(`Not submitted: ${errors} error${errors === 1 ? "" : "s"} to put right first.`, "bad", "lines");
    return true;
  }

  /* What asks for an answer stands beside its line too; the first of it gets the focus. */
  function holdForAnswers() {
    const waiting = Number(lines().dataset.waiting);
    if (!waiting || fields().some((field) => changed(field))) return false;
    if (!toWaiting()) return false;
    toast(`Not submitted: ${waiting} warning${waiting === 1 ? " waits" : "s wait"} for an answer.`, "bad", "lines");
    return true;
  }

  function toWaiting() {
    const control = lines().querySelector("[data-waits] [data-answer]");
    if (!control) return false;
    control.closest("[data-waits]").scrollIntoView({ block: "center" });
    control.focus();
    return true;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-to-waiting]") && toWaiting()) event.preventDefault();
  });

  function clearEntry() {
    entry.value = "";
    replaces.value = "";
    label.textContent = "Add code";
    pin(null);
    clearHits();
  }

  function clearHits() {
    htmx.trigger(entry, "htmx:abort");  // an answer to what was typed before must not come back
    hits().replaceChildren();
    hits().dataset.query = "";
    entry.setAttribute("aria-expanded", "false");
    entry.removeAttribute("aria-activedescendant");
  }

  function giveBack(typed) {
    if (entry.value) return;
    entry.value = typed.entry;
    replaces.value = typed.replaces;
    pin(typed.pin_page ? { pageId: typed.pin_page, start: typed.pin_start, end: typed.pin_end } : null);
    if (typed.replaces) label.textContent = "Replace";
    entry.focus();
  }

  function markEntry() {
    const wrong = document.getElementById("entry-error").textContent.trim() !== "";
    if (wrong) entry.setAttribute("aria-invalid", "true");
    else entry.removeAttribute("aria-invalid");
  }

  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.submitter?.dataset.native !== undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter ?? document.querySelector('.entry button[value="add"]');
    if (button.dataset.fill) fill(button.dataset.fill);
    else if (button.dataset.edit !== undefined) edit(button);
    else send(button);
  }, true);

  /* ---------- the place that the next code takes along ---------- */

  const pinFields = document.querySelectorAll("[data-pin]");
  const pinChip = document.querySelector("[data-pin-chip]");

  function pinned() {
    return Object.fromEntries([...pinFields].map((field) => [field.name, field.value]));
  }

  function pin(place) {
    const values = { page: place?.pageId ?? "", start: place?.start ?? "", end: place?.end ?? "" };
    pinFields.forEach((field) => { field.value = String(values[field.dataset.pin]); });
    if (!pinChip) return;
    pinChip.hidden = !place;
    if (place?.page) pinChip.textContent = `from p${place.page}`;
  }

  form.lineEditor = { enqueue, fill, pin, rows, say };

  /* ---------- the box ---------- */

  function fill(text, place) {
    entry.value = text;
    if (place) pin(place);
    entry.focus();
    entry.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function edit(button) {
    const spot = button.closest("tr").dataset.line;
    replaces.value = spot;
    label.textContent = `Replace ${button.closest("tr").querySelector(".seq").textContent.trim()}`;
    entry.value = spot.slice(spot.indexOf(" ") + 1);
    entry.focus();
    entry.select();
    say(`Type the code that replaces ${entry.value}. Escape leaves it as it is.`);
  }

  entry.addEventListener("input", () => {
    if (!entry.value) clearEntry();
    document.getElementById("entry-error").textContent = "";
    if (refused) tellState("Saved");
    refused = "";
    markEntry();
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.target === entry && plain) inEntry(event);
    else if (isReason(event.target) && plain && event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      event.target.closest(".edit-actions").querySelector("button").click();
    } else if (isField(event.target) && plain && event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      entry.focus();  // leaving the field saves it
    } else if (isField(event.target) && plain && event.key === "Escape") leaveField(event);
    else if (isField(event.target) && event.ctrlKey && event.key.toLowerCase() === "d") copyDown(event);
    else if (isField(event.target) && event.altKey && event.key === "Enter") {
      const row = event.target.closest("[data-more]");
      if (row) document.querySelector(`[data-unfold="${CSS.escape(row.id)}"]`)?.click();
      if (row) event.preventDefault();
    } else if (isRow(event.target) && plain) onRow(event);
    else if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") undo(event);
  }, true);

  function inEntry(event) {
    const fresh = hits().dataset.query === entry.value.trim();
    if (event.key === "Enter" && (!fresh || !hits().children.length)) {
      // The list still answers what was typed before: what counts is the box.
      event.preventDefault();
      event.stopPropagation();
      send(document.querySelector('.entry button[value="add"]'));
    } else if (event.key === "/" && !entry.value) {
      event.preventDefault();  // the key that leads here, pressed by somebody who is here already
    } else if (event.key === "?" && !entry.value) {
      event.preventDefault();  // no code begins with it: the list of keys is meant
      event.stopPropagation();
      document.querySelector('[data-open="shortcuts"]')?.click();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !hits().children.length && rows().length) {
      event.preventDefault();
      rows().at(event.key === "ArrowDown" ? 0 : -1).focus();
    }
  }

  function undo(event) {
    const typing = event.target === entry ? entry.value !== "" : isField(event.target) && changed(event.target);
    if (typing || document.querySelector("dialog:modal")) return;  // the browser takes back letters
    event.preventDefault();
    event.stopPropagation();
    document.querySelector("[data-undo]:not(:disabled)")?.click();
  }

  /* Out of a field as it was: to its line, or to the box if it belongs to all of them. */
  function leaveField(event) {
    const field = event.target;
    event.preventDefault();
    event.stopPropagation();
    if (!field.matches("select")) field.value = stored(field);
    (document.getElementById(field.closest("tr")?.id.replace("more-", "line-") ?? "") ?? entry).focus();
  }

  /* What stands in the same field of the line above. */
  function copyDown(event) {
    const [, name, at] = /^([a-z])(\d+)$/.exec(event.target.id) ?? [];
    const above = name && document.getElementById(`${name}${Number(at) - 1}`);
    if (!above) return;
    event.preventDefault();
    event.target.value = above.value;
    say(`Copied from line ${Number(at) - 1}.`);
  }

  /* ---------- the lines ---------- */

  function onRow(event) {
    const all = rows();
    const at = all.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      (all[next] ?? entry).focus();
    } else if (event.key === "Escape") entry.focus();
  }

  /* What stands behind a line, or behind all of them. */
  function unfold(part, open = true) {
    if (!part) return;
    if (part.matches("details")) part.open = open;
    else {
      part.toggleAttribute("data-unfolded", open);
      lines().querySelector(`[data-unfold="${CSS.escape(part.id)}"]`)?.setAttribute("aria-expanded", String(open));
    }
  }

  document.addEventListener("click", (event) => {
    const part = document.getElementById(event.target.closest?.("[data-unfold]")?.dataset.unfold ?? "");
    if (!part) return;
    unfold(part, !part.hasAttribute("data-unfolded"));
    if (part.hasAttribute("data-unfolded")) part.querySelector("input").focus();
    else document.getElementById(part.id.replace("more-", "line-"))?.focus();
  });

  document.addEventListener("click", (event) => {
    const claim = event.target.closest?.("#claim summary")?.parentElement;
    if (claim && !claim.open) requestAnimationFrame(() => claim.querySelector(".tiny").focus());
  });

  /* One stop of the tab key for each table: the arrows walk its lines, the keys of a line do what its buttons do. */
  function dress() {
    lines().querySelectorAll("[data-save]").forEach((button) => { button.hidden = true; });
    lines().querySelectorAll("[data-unfold]").forEach((button) => {
      button.hidden = false;
      button.setAttribute("aria-expanded", String(document.getElementById(button.dataset.unfold).hasAttribute("data-unfolded")));
    });
    lines().querySelectorAll(".pin a").forEach((link) => { link.tabIndex = -1; });
    lines().querySelectorAll("table.lines").forEach((table) => {
      table.querySelectorAll("tr[data-line]").forEach((row, at) => { row.tabIndex = at === 0 ? 0 : -1; });
      table.querySelectorAll(".do button").forEach((button) => { button.tabIndex = -1; });
    });
  }

  document.addEventListener("focusin", (event) => {
    if (!isRow(event.target)) return;
    event.target.closest("table").querySelectorAll("tr[data-line]").forEach((row) => {
      row.tabIndex = row === event.target ? 0 : -1;
    });
  });

  document.addEventListener("focusout", (event) => {
    if (!swapping && isField(event.target) && changed(event.target)) send(lines().querySelector("[data-save]"));
  });
  /* A list is chosen from: that is all there is to leave. */
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("#lines select.tiny")) send(lines().querySelector("[data-save]"));
  });

  /* The lines are replaced by the answer: where one is and what one has typed since stays. */
  let before = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "lines") return;
    const active = document.activeElement;
    before = {
      inLines: lines().contains(active),
      field: isField(active) || isReason(active) ? active.id : "",
      row: active?.closest?.("tr[data-line]")?.id ?? "",
      reasons: [...lines().querySelectorAll("[data-reason]")].filter((field) => field.value).map((field) => [field.id, field.value]),
      newer: fields().filter((field) => field.value !== (sent.get(field.id) ?? stored(field))).map((field) => [field.id, field.value]),
      open: [...lines().querySelectorAll("details[open], [data-more][data-unfolded]")].map((one) => one.id),
    };
    swapping = true;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target?.id !== "lines" || !before) return;
    swapping = false;
    document.querySelectorAll('#toasts [data-until="lines"]').forEach((box) => box.remove());  // it was of the lines before
    dress();
    before.open.forEach((id) => unfold(document.getElementById(id)));
    for (const [id, value] of before.newer) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
    for (const [id, value] of before.reasons) {  // half a reason is not lost because another line was saved
      const reason = document.getElementById(id);
      if (reason) reason.value = value;
    }
    const field = before.field && document.getElementById(before.field);
    if (lines().dataset.goesOn !== undefined) {
      if (!toWaiting()) entry.focus();
    } else if (field) field.focus();
    else if (before.inLines) (document.getElementById(lines().dataset.focus) ?? document.getElementById(before.row) ?? entry).focus();
    before = null;
    const changed = document.getElementById(lines().dataset.focus);
    changed?.scrollIntoView({ block: "nearest" });
  });

  /* ---------- the lease: kept by whoever is at work, not by an open page ---------- */

  const keep = document.getElementById("keep");
  const every = 60_000;
  let kept = Date.now();
  let lost = false;

  function beat() {
    if (!keep || lost || Date.now() - kept < every) return;
    kept = Date.now();
    const fence = document.querySelector('input[name="fence"][form="lines-form"]').value;
    const page = document.querySelector("[data-page-now]")?.textContent ?? "1";
    htmx.ajax("POST", keep.getAttribute("action"), { source: keep, target: "#lease", swap: "outerHTML", values: { fence, page, pages: document.querySelectorAll("[data-viewer] [data-page]").length } }).catch(() => undefined);
  }
  for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) {
    document.addEventListener(name, beat, { passive: true });
  }
  document.addEventListener("htmx:responseError", (event) => {
    if (event.target !== keep || event.detail.xhr.status !== 409) return;
    lost = true;
    const lease = document.getElementById("lease");
    lease.textContent = "no longer yours";
    lease.className = "chip bad";
  });

  /* ---------- start ---------- */

  document.addEventListener("DOMContentLoaded", () => {
    const message = document.querySelector(".desk > .flash > .notice");
    if (message) {
      toast(message.textContent.trim(), ["bad", "warn"].find((tone) => message.classList.contains(tone)) ?? "good");
      message.parentElement.remove();
    }
    dress();
    /* A page that answers a form has the form's address, which nobody can come back to. */
    if (location.pathname === form.getAttribute("action")) history.replaceState(null, "", location.pathname.replace(/\/lines$/, ""));
    /* An auditor reads first, and "no findings" is one key: it must not land in the box. */
    if (entry.autofocus && !document.querySelector('[aria-invalid="true"]')) entry.focus();
  });
})();
