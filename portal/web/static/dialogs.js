/* Dialogs: open by data-open="id", ask before data-confirm="question", and hx-confirm through the same dialog. */
"use strict";
(() => {
  function open(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return false;
    dialog.showModal();
    (dialog.querySelector("[data-first], .field :is(input, select, textarea)") ?? dialog).focus();
    return true;
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener && open(opener.dataset.open)) event.preventDefault();
    /* A click on the veil lands on the dialog itself, outside its box. */
    if (event.target instanceof HTMLDialogElement) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside && event.detail > 0) event.target.close("no");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches?.('a[role="button"]')) {
      event.preventDefault();
      event.target.click();
    }
  });

  function ask(question, yes) {
    const dialog = document.getElementById("confirm");
    document.getElementById("confirm-question").textContent = question;
    document.getElementById("confirm-yes").textContent = yes || "Go on";
    dialog.returnValue = "no";
    dialog.showModal();
    dialog.querySelector("[data-first]").focus();
    return new Promise((answer) => dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true }));
  }

  const agreed = new WeakSet();

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    const question = button?.dataset.confirm ?? form.dataset.confirm;
    if (!question || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();  // before htmx, which listens on the form itself
    if (await ask(question, button?.dataset.confirmYes ?? form.dataset.confirmYes ?? button?.firstChild?.textContent.trim())) {
      agreed.add(form);
      form.requestSubmit(button);
    }
  }, true);

  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    if (await ask(event.detail.question, event.detail.elt.dataset.confirmYes)) event.detail.issueRequest(true);
  });
})();
