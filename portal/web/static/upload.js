/* The upload forms: files go up in parts as soon as they are chosen, survive a dropped connection or a reload, and the
   form is sent once they have arrived. Without this script the form sends its files itself. Stores nothing here: what
   is there of an upload, the server tells. */
"use strict";
(() => {
  const AT_ONCE = 2;
  const LONGEST_PAUSE = 30_000;
  const checks = globalThis.uploadChecks;
  const uploads = new WeakMap();  // form → what is known of its upload

  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrf-token"];
  const wait = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

  /* ---------- one form ---------- */

  function take(form) {
    const upload = { id: form.elements.upload_id.value, rules: JSON.parse(form.dataset.rules), lines: [], running: 0, sending: false };
    uploads.set(form, upload);
    dress(form);
    if (new URLSearchParams(location.search).get("open") === upload.id) recall(form, upload);
  }

  /* What only makes sense with this script. */
  function dress(form) {
    const input = filesInput(form);
    input.required = false;
    input.removeAttribute("name");  // what is chosen goes up by itself, not with the form
    form.querySelectorAll("[data-with-script]").forEach((part) => { part.hidden = false; });
  }

  const filesInput = (form) => form.querySelector("[data-drop] input[type=file]");
  const listOf = (form) => form.querySelector("[data-upload-list]");
  const say = (form, text) => { form.querySelector("[data-upload-status]").textContent = text; };

  async function recall(form, upload) {
    const answer = await ask("GET", `/staged/${upload.id}`).catch(() => null);
    for (const file of answer?.files ?? []) {
      const line = addLine(form, upload, file);
      line.serverId = file.id;
      settle(form, upload, line, file.state === "receiving" ? "stopped" : file.state, file.state === "receiving" ? upload.rules.sentences.resume : file.refusal);
    }
    total(form, upload);
  }

  /* ---------- choosing ---------- */

  function choose(form, files) {
    const upload = uploads.get(form);
    for (const file of files) {
      const shown = { name: file.name, size: file.size, modified: Math.max(0, Math.floor(file.lastModified || 0)) };
      const stopped = upload.lines.find((line) => line.state === "stopped" && checks.isSame(line, shown));
      if (stopped) { stopped.file = file; settle(form, upload, stopped, "waiting"); continue; }
      const line = addLine(form, upload, shown);
      const wrong = checks.refusal(upload.rules, shown, upload.lines.filter((other) => other !== line && other.state !== "refused"));
      if (wrong) { refuse(form, upload, line, file, wrong); continue; }
      line.file = file;
    }
    if (upload.lines.some((line) => line.file)) {
      rightAgain(form);
      history.replaceState(history.state, "", `${location.pathname}?open=${upload.id}`);
    }
    total(form, upload);
    go(form, upload);
  }

  /* A file is there: that one was missing is no longer said. */
  function rightAgain(form) {
    const input = filesInput(form);
    if (!input.hasAttribute("aria-invalid")) return;
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", `${input.id}-hint`);
    input.closest(".field").classList.remove("wrong");
    document.getElementById(`${input.id}-error`)?.remove();
    form.querySelector(`.form-errors a[href="#${input.id}"]`)?.closest("li").remove();
    if (!form.querySelector(".form-errors li")) form.querySelector(".form-errors")?.remove();
  }

  /* The reason stands there at once; the server is told too, so that the receipt has it. */
  async function refuse(form, upload, line, file, sentence) {
    settle(form, upload, line, "refused", sentence);
    if (sentence === upload.rules.sentences.duplicate) return;
    const there = await ask("POST", `/staged/${upload.id}/files`, { name: line.name, size: line.size, modified: line.modified }).catch(() => null);
    if (!there || line.state === "removed") return;
    line.serverId = there.id;
    if (there.state === "refused") return;
    line.file = file;
    settle(form, upload, line, "waiting");
    go(form, upload);
  }

  function addLine(form, upload, { name, size, modified }) {
    const line = { name, size, modified, state: "waiting", sent: 0, file: null, request: null, serverId: null };
    const item = document.createElement("li");
    const title = part("span", name, "upload-name");
    const weight = part("span", bytes(size), "mono muted");
    line.bar = part("progress", "", "upload-bar");
    line.bar.max = Math.max(1, size);
    line.bar.value = 0;
    line.bar.setAttribute("aria-label", `Upload of ${name}`);
    line.words = part("span", "waiting", "upload-words muted");
    line.again = button("Try again", `Try again: ${name}`, () => { settle(form, upload, line, "waiting"); go(form, upload); });
    line.again.hidden = true;
    line.remove = button("Remove", `Remove ${name}`, () => drop(form, upload, line));
    item.append(title, weight, line.bar, line.words, line.again, line.remove);
    line.item = item;
    upload.lines.push(line);
    listOf(form).append(item);
    listOf(form).hidden = false;
    return line;
  }

  function part(tag, text, name) {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = name;
    return made;
  }

  function button(text, label, act) {
    const made = part("button", text, "link");
    made.type = "button";
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  }

  async function drop(form, upload, line) {
    line.state = "removed";
    line.request?.abort();
    upload.lines = upload.lines.filter((other) => other !== line);
    line.item.remove();
    listOf(form).hidden = upload.lines.length === 0;
    total(form, upload);
    (listOf(form).querySelector("button:not([hidden])") ?? filesInput(form)).focus();
    if (line.serverId) await ask("DELETE", `/staged/${upload.id}/files/${line.serverId}`).catch(() => {});
  }

  /* ---------- sending files ---------- */

  function go(form, upload) {
    while (upload.running < AT_ONCE) {
      const line = upload.lines.find((other) => other.state === "waiting" && other.file);
      if (!line) break;
      upload.running += 1;
      settle(form, upload, line, "sending");
      send(form, upload, line).finally(() => { upload.running -= 1; total(form, upload); go(form, upload); finishIfWanted(form, upload, line); });
    }
  }

  async function send(form, upload, line) {
    try {
      const there = await insist(line, () => ask("POST", `/staged/${upload.id}/files`, { name: line.name, size: line.size, modified: line.modified }));
      line.serverId = there.id;
      if (there.state === "refused") { settle(form, upload, line, "refused", there.refusal); return; }
      if (there.state === "receiving") {
        const size = there.part_bytes;
        const done = new Set(there.parts);
        const lengthOf = (number) => Math.min(size, line.size - (number - 1) * size);
        line.sent = [...done].reduce((sum, number) => sum + lengthOf(number), 0);
        for (let number = 1; (number - 1) * size < line.size; number += 1) {
          if (done.has(number)) continue;
          const body = line.file.slice((number - 1) * size, number * size);
          await insist(line, () => put(form, upload, line, `/staged/${upload.id}/files/${line.serverId}/parts/${number}`, body));
          line.sent += lengthOf(number);
        }
        const whole = await insist(line, () => ask("POST", `/staged/${upload.id}/files/${line.serverId}/whole`));
        if (whole.state === "refused") { settle(form, upload, line, "refused", whole.refusal); return; }
      }
      settle(form, upload, line, "arrived");
      propose(form, upload, line);
    } catch (problem) {
      if (line.state !== "removed") settle(form, upload, line, "failed", problem.message);
    }
  }

  /* Again and again while the network or the server is away, each time after a longer pause. */
  async function insist(line, act) {
    for (let pause = 1000; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      if (line.state === "removed") throw new Error("removed");
      try {
        return await act();
      } catch (problem) {
        if (!problem.passes || line.state === "removed") throw problem;
        line.words.textContent = "connection lost, trying again…";
        await Promise.race([wait(pause), new Promise((back) => { window.addEventListener("online", back, { once: true }); })]);
      }
    }
  }

  class Problem extends Error {
    constructor(message, passes) { super(message); this.passes = passes; }
  }

  async function ask(method, url, body) {
    let answer;
    try {
      answer = await fetch(url, { method, headers: { accept: "application/json", "content-type": "application/json", "x-csrf-token": token() }, body: body && JSON.stringify(body), redirect: "manual" });
    } catch { throw new Problem("The connection broke off.", true); }
    return understand(answer.status, answer.type === "opaqueredirect" || answer.status === 204 ? "" : await answer.text());
  }

  function understand(status, text) {
    if (status >= 200 && status < 300) return text ? JSON.parse(text) : null;
    let detail = "";
    try { detail = JSON.parse(text).detail; } catch { /* not from us: a proxy */ }
    const passes = status === 0 ? false : status >= 500 || status === 408 || status === 429;
    throw new Problem(detail || "Your session has ended, or the portal cannot be reached. Reload the page; what has arrived stays.", passes);
  }

  /* fetch() tells nothing of how far a body has got. */
  function put(form, upload, line, url, body) {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      line.request = request;
      request.open("PUT", url);
      request.setRequestHeader("accept", "application/json");
      request.setRequestHeader("content-type", "application/octet-stream");
      request.setRequestHeader("x-csrf-token", token());
      request.upload.addEventListener("progress", (event) => {
        line.bar.value = line.sent + event.loaded;
        line.words.textContent = `${Math.floor((100 * line.bar.value) / Math.max(1, line.size))} %`;
        total(form, upload, event.loaded);
      });
      request.addEventListener("load", () => { try { done(understand(request.status, request.responseText)); } catch (problem) { fail(problem); } });
      request.addEventListener("error", () => fail(new Problem("The connection broke off.", true)));
      request.addEventListener("abort", () => fail(new Problem("removed", false)));
      request.send(body);
    });
  }

  /* ---------- what is shown ---------- */

  const WORDS = { waiting: "waiting", sending: "on its way…", arrived: "arrived", refused: "", failed: "", stopped: "" };

  function settle(form, upload, line, state, sentence = "") {
    if (line.state === "removed") return;
    line.state = state;
    line.words.textContent = sentence || WORDS[state];
    line.item.dataset.state = state;
    line.words.classList.toggle("bad", state === "refused" || state === "failed");
    line.again.hidden = state !== "failed";
    line.bar.hidden = state === "refused" || state === "stopped";
    if (state === "arrived") line.bar.value = line.bar.max;
    if (state === "arrived" || state === "refused" || state === "failed") tell(form, upload, line);
  }

  function tell(form, upload, line) {
    const arrived = upload.lines.filter((other) => other.state === "arrived").length;
    const words = { arrived: "has arrived", refused: "was refused", failed: "could not be sent" }[line.state];
    say(form, `${line.name} ${words}. ${arrived} of ${upload.lines.length} arrived.`);
  }

  function total(form, upload, extra = 0) {
    const bar = form.querySelector("[data-upload-total]");
    const counted = upload.lines.filter((line) => !["refused", "failed", "stopped"].includes(line.state));
    const all = counted.reduce((sum, line) => sum + line.size, 0);
    const done = counted.reduce((sum, line) => sum + (line.state === "arrived" ? line.size : line.sent), extra);
    bar.hidden = !onTheirWay(upload);
    bar.max = Math.max(1, all);
    bar.value = Math.min(done, all);
  }

  const onTheirWay = (upload) => upload.lines.some((line) => line.state === "sending" || (line.state === "waiting" && line.file));

  /* As the server says it, on the receipt. */
  function bytes(size) {
    const unit = ["B", "KB", "MB", "GB"][size < 1e3 ? 0 : size < 1e6 ? 1 : size < 1e9 ? 2 : 3];
    const value = size / { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }[unit];
    return `${value.toFixed(unit === "B" || value >= 10 ? 0 : 1)} ${unit}`;
  }

  /* ---------- what a file says of its encounter: into empty fields only, marked until somebody has looked ---------- */

  /* A form filled from two patients' files would be a patient that nobody is. */
  const SAME = ["encounter_number", "patient_name", "mrn", "born_on"];
  const wordsOf = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean).sort().join(" ");
  const differs = (one, other) => Boolean(one) && wordsOf(one) !== wordsOf(String(other));

  async function propose(form, upload, line) {
    if (!form.elements.encounter_number) return;
    const answer = await ask("GET", `/staged/${upload.id}/files/${line.serverId}/facts`).catch(() => null);
    const facts = Object.entries(answer?.facts ?? {});
    if (facts.some(([name, value]) => SAME.includes(name) && differs(form.elements[name]?.value, value))) {
      line.words.textContent = "arrived; it names another patient or encounter than the form, please check";
      line.words.classList.add("doubt");
      return;
    }
    for (const [name, value] of facts) {
      const field = form.elements[name];
      if (!field || field.value || field.dataset.typed) continue;
      field.value = value;
      const mark = part("p", `from ${line.name}, please check`, "hint proposed");
      mark.id = `${field.id}-proposed`;
      field.closest(".field").append(mark);
      field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${mark.id}`.trim());
    }
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("[data-upload]");
    if (!form || event.target.type === "file") return;
    event.target.dataset.typed = "1";
    document.getElementById(`${event.target.id}-proposed`)?.remove();
  });

  /* ---------- sending the form ---------- */

  async function finish(form) {
    const upload = uploads.get(form);
    if (upload.sending) return;
    upload.wanted = onTheirWay(upload);
    if (upload.wanted) { say(form, "Some files are still on their way. This is sent by itself once all have arrived."); return; }
    upload.sending = true;
    busy(form, true);
    say(form, "Sending…");
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { "x-csrf-token": token(), "hx-request": "true" }, body: new FormData(form) });
      await understandForm(form, upload, answer);
    } catch {
      say(form, "The connection broke off. What has arrived stays; send again in a moment.");
    } finally {
      upload.sending = false;
      busy(form, false);
    }
  }

  /* Send was pressed while files were on their way. What did not get through needs a look first. */
  function finishIfWanted(form, upload, line) {
    if (!upload.wanted) return;
    if (line.state !== "arrived" && line.state !== "removed") { upload.wanted = false; say(form, `${line.name} did not get through, so nothing was sent. See what its line says, then send again.`); return; }
    if (!onTheirWay(upload)) finish(form);
  }

  async function understandForm(form, upload, answer) {
    const target = answer.headers.get("HX-Redirect");
    if (target) { location.assign(target); return; }
    const came = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = came.querySelector("form[data-upload]");
    if (fresh) { replace(form, upload, fresh); return; }
    if (answer.ok) { location.assign(answer.url); return; }
    const sentence = came.querySelector("main .lead");
    say(form, sentence ? sentence.textContent.trim() : "That did not work. Reload the page and try again.");
  }

  function busy(form, is) {
    form.setAttribute("aria-busy", String(is));
    form.querySelector("button[type=submit]").disabled = is;
  }

  /* The form with its mistakes marked takes the place of the old one; the files stay where they are. */
  function replace(form, upload, fresh) {
    const list = listOf(form);
    form.replaceWith(document.adoptNode(fresh));
    dress(fresh);
    listOf(fresh).replaceWith(list);
    uploads.set(fresh, upload);
    fresh.querySelector("[data-choose-again]")?.remove();
    (fresh.querySelector('[aria-invalid="true"]') ?? fresh.querySelector(".form-errors"))?.focus();
  }

  /* ---------- events of the page ---------- */

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-upload]")) return;
    event.preventDefault();
    finish(event.target);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-upload]");
    if (!form || event.target.type !== "file") return;
    event.stopImmediatePropagation();
    const files = [...event.target.files];
    event.target.value = "";
    choose(form, files);
  }, true);

  document.addEventListener("drop", async (event) => {
    const area = event.target.closest?.("[data-upload] [data-drop]");
    if (!area) return;
    event.preventDefault();
    event.stopPropagation();
    area.classList.remove("over");
    const form = area.closest("[data-upload]");
    /* Entries must be asked for before the event is over; what lies in folders comes later. */
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const files = entries.length ? (await Promise.all(entries.map(filesOf))).flat() : [...event.dataTransfer.files];
    choose(form, files);
  }, true);

  async function filesOf(entry) {
    if (entry.isFile) return [await new Promise((done, fail) => { entry.file(done, fail); })];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, fail) => { reader.readEntries(done, fail); });
      if (!some.length) return (await Promise.all(found.map(filesOf))).flat().filter((file) => !file.name.startsWith("."));
      found.push(...some);
    }
  }

  window.addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("[data-upload]")].some((form) => uploads.has(form) && onTheirWay(uploads.get(form)))) event.preventDefault();
  });

  /* A page that the browser brings back from its memory holds a form that was sent already. */
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.assign(location.pathname); });

  document.addEventListener("DOMContentLoaded", () => { document.querySelectorAll("[data-upload]").forEach(take); });
})();
