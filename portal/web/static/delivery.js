/* The form for a delivery: one large file goes up with a progress bar, and can be stopped. Stores nothing. */
"use strict";
(() => {
  let sending = null;

  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["x-csrf-token"];
  const say = (form, text) => { form.querySelector("[data-delivery-status]").textContent = text; };

  /* Leaving while files are on their way would stop them. */
  window.addEventListener("beforeunload", (event) => { if (sending) event.preventDefault(); });

  /* A page that the browser brings back from its memory holds a form that was sent already. */
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-delivery]")) return;
    event.preventDefault();
    if (!sending) send(form);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-delivery-stop]")) sending?.abort();
  });

  function send(form) {
    const request = new XMLHttpRequest();
    const bar = form.querySelector(".drop-progress");
    let told = 0;
    request.open("POST", form.action);
    request.setRequestHeader("x-csrf-token", token());
    request.setRequestHeader("hx-request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((100 * event.loaded) / event.total);
      bar.value = percent;
      /* Every quarter is told, not every step: a screen reader should not be talking all the time. */
      if (percent >= told + 25 && percent < 100) { told = percent - (percent % 25); say(form, `Sending: ${told} %`); }
      if (percent === 100) say(form, "All sent. Looking at the file…");
    });
    request.addEventListener("load", () => { end(form); answer(form, request); });
    request.addEventListener("error", () => { end(form); say(form, "The connection broke off, or your session has ended. Nothing was kept; try again, or reload the page."); });
    request.addEventListener("abort", () => { end(form); say(form, "Stopped. Nothing was kept."); });
    sending = request;
    bar.value = 0;
    bar.hidden = false;
    busy(form, true);
    say(form, "Sending…");
    request.send(new FormData(form));
  }

  function end(form) {
    sending = null;
    busy(form, false);
    form.querySelector(".drop-progress").hidden = true;
  }

  function busy(form, is) {
    form.setAttribute("aria-busy", String(is));
    form.querySelector("button[type=submit]").disabled = is;
    form.querySelector("[data-delivery-stop]").hidden = !is;
  }

  function answer(form, request) {
    const target = request.getResponseHeader("HX-Redirect");
    if (target) { location.assign(target); return; }
    const came = new DOMParser().parseFromString(request.responseText, "text/html");
    const fresh = came.querySelector("form[data-delivery]");
    if (fresh) { replace(form, fresh); return; }
    if (request.status < 400) { location.assign(request.responseURL); return; }
    const sentence = came.querySelector("main .lead");
    say(form, sentence ? sentence.textContent.trim() : "That did not work. Reload the page and try again.");
  }

  /* The form with its mistakes marked takes the place of the old one; the file stays chosen. */
  function replace(form, fresh) {
    const files = form.querySelector("input[type=file]").files;
    form.replaceWith(document.adoptNode(fresh));
    const input = fresh.querySelector("input[type=file]");
    if (files.length) {
      input.files = files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    fresh.querySelectorAll("progress").forEach((bar) => { bar.hidden = true; });
    (fresh.querySelector('[aria-invalid="true"]') ?? fresh.querySelector(".form-errors"))?.focus();
  }
})();
