/* What is wrong with a chosen file, found before anything is sent, in the server's own sentences. Knows no page. */
"use strict";
(() => {
  const extensionOf = (name) => (name.includes(".") ? name.trim().split(".").pop().toLowerCase() : "");
  const bytesOf = (name) => new TextEncoder().encode(name).length;

  /* The sentence for a file that cannot be taken beside those that are listed already; null if it can. */
  function refusal(rules, file, listed) {
    const say = rules.sentences;
    const extension = extensionOf(file.name);
    if (!file.name.trim() || bytesOf(file.name) > rules.name_bytes) return say.long_name;
    if (!rules.accepted.includes(extension)) return rules.by_extension[extension] ?? say.other;
    if (file.size === 0) return say.empty;
    if (file.size > rules.file_bytes) return say.too_large;
    if (listed.some((other) => isSame(file, other))) return say.duplicate;
    if (listed.length >= rules.files) return say.too_many;
    if (listed.reduce((sum, other) => sum + other.size, file.size) > rules.upload_bytes) return say.too_much;
    return null;
  }

  /* The same file as far as a page can tell. */
  function isSame(one, other) {
    return one.name === other.name && one.size === other.size && one.modified === other.modified;
  }

  globalThis.uploadChecks = { refusal, isSame };
})();
