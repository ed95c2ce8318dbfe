/* Before what was typed is sent: is the session still there? If it ended meanwhile, nothing is sent and nothing is lost. */
"use strict";
(() => {
  const fresh = 5 * 60e3;
  let known = Date.now();
  let ended = false;

  /* A session of the same person in another tab will do; its token takes the place of the old one. */
  async function isThere() {
    const answer = await fetch("/session", { headers: { accept: "application/json" } });
    const found = answer.ok ? await answer.json() : null;
    if (found?.person !== document.body.dataset.person) return false;
    document.querySelectorAll('input[name="csrf_token"]').forEach((input) => { input.value = found.csrf; });
    document.body.setAttribute("hx-headers", JSON.stringify({ "x-csrf-token": found.csrf }));
    known = Date.now();
    return true;
  }

  function say() {
    ended = true;
    const dialog = document.getElementById("signed-out");
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-first]").focus();
  }

  const checking = new WeakSet();
  const checked = new WeakSet();

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (checked.delete(form) || form.method !== "post" || form.hasAttribute("hx-post") || form.getAttribute("action") === "/sign-out") return;
    if (!document.body.dataset.person || (!ended && Date.now() - known < fresh)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (checking.has(form)) return;
    checking.add(form);
    try {
      if (await isThere()) {
        ended = false;
        checked.add(form);
        form.requestSubmit(event.submitter);
      } else say();
    } catch {
      document.dispatchEvent(new Event("htmx:sendError"));
    } finally {
      checking.delete(form);
    }
  }, true);

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 401) return;
    event.detail.shouldSwap = false;
    event.stopImmediatePropagation();
    say();
  });

  /* Whoever comes back from another tab may have signed out there, or in again. */
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) return;
    known = 0;
    if (!ended || !(await isThere().catch(() => false))) return;
    ended = false;
    document.getElementById("signed-out").close();
    document.dispatchEvent(new CustomEvent("toast", { detail: { text: "You are signed in again. Send it once more.", tone: "good" } }));
  });
})();
