// Comfort for the editor: a preview while typing, pickers for figures and sources, keys, and text that is not lost.
"use strict";
(() => {
  const form = document.getElementById("editor");
  if (!form) return;
  const area = form.querySelector("textarea");
  const preview = document.getElementById("preview");
  const shown = document.getElementById("preview-text");
  const csrf = form.elements.csrf.value;
  const key = form.dataset.key;
  const slot = `draft:${location.host}:${key}`;
  const keep = (store, name, value) => {
    try {
      if (value === null) store.removeItem(name);
      else store.setItem(name, value);
    } catch {
      // storage is full or refused: only the comfort is gone
    }
  };
  const kept = (store, name) => {
    try {
      return store.getItem(name);
    } catch {
      return null;
    }
  };
  const names = ["title", "kind", "tags", "body", "text", "message"].filter((name) => form.elements[name]);
  const typed = () => Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
  const mark = () => JSON.stringify(typed());
  const begun = mark();
  let sent = false;

  // --- preview --------------------------------------------------------------------------------------------------
  let timer = 0;
  let asking = null;
  const render = async () => {
    clearTimeout(timer);
    if (asking) asking.abort();
    asking = new AbortController();
    const data = new URLSearchParams({ ...typed(), whole: form.elements.whole.value, key });
    try {
      const answer = await fetch("/write/preview", { method: "POST", body: data, headers: { "X-CSRF": csrf }, signal: asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      shown.innerHTML = await answer.text(); // made of escaped parts by the server; the page's policy runs nothing in it
      shown.removeAttribute("aria-busy");
      preview.hidden = false;
    } catch (problem) {
      if (problem.name !== "AbortError") shown.setAttribute("aria-busy", "true");
    }
  };
  document.body.classList.add("live");
  render();

  // --- what is typed is not lost ----------------------------------------------------------------------------------
  const stash = () => {
    const now = mark();
    keep(localStorage, slot, now === begun && !("kept" in form.dataset) ? null : JSON.stringify({ base: form.dataset.base, typed: typed() }));
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      stash();
      render();
    }, 400);
  });
  form.addEventListener("change", stash);
  form.addEventListener("submit", () => {
    sent = true;
    stash();
    keep(sessionStorage, "sent", slot);
  });
  addEventListener("beforeunload", (event) => {
    if (!sent && mark() !== begun) event.preventDefault();
  });
  addEventListener("pageshow", () => {
    sent = false;
  });

  const old = JSON.parse(kept(localStorage, slot) || "null");
  if (old && JSON.stringify(old.typed) !== begun && names.every((name) => name in old.typed)) {
    const notice = document.createElement("p");
    notice.className = "notice half";
    notice.setAttribute("role", "status");
    notice.append(
      old.base === form.dataset.base
        ? "This browser holds text that you did not save. "
        : "This browser holds text that you did not save, of an older version of the note. ",
    );
    const add = (words, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "second";
      button.textContent = words;
      button.addEventListener("click", () => {
        act();
        notice.remove();
        area.focus();
      });
      notice.append(button, " ");
    };
    add("Take it back up", () => {
      for (const name of names) form.elements[name].value = old.typed[name];
      form.elements.base.value = old.base;
      render();
    });
    add("Throw it away", () => keep(localStorage, slot, null));
    form.before(notice);
  }

  // --- pickers ----------------------------------------------------------------------------------------------------
  let place = [0, 0]; // a closing dialog gives the focus back, but not always the place in the text
  const insert = (text) => {
    area.focus();
    area.setRangeText(text, ...place, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const cite = (citekey) => {
    const used = [...area.value.matchAll(/\[\^(\d{1,6})\]/g)].map((found) => Number(found[1]));
    const number = used.reduce((most, each) => Math.max(most, each), 0) + 1;
    insert(`[^${number}]`);
    const at = area.selectionStart;
    const gap = /\n\[\^[^\]\n]+\]:[^\n]*\n*$/.test(area.value) ? "\n" : "\n\n";
    area.value = `${area.value.replace(/\n*$/, "")}${gap}[^${number}]: @${citekey}\n`;
    area.setSelectionRange(at, at);
  };
  const picker = window.rackmath.picker({
    label: "Put in a figure or a source",
    hint: "h100 price, or words of a source's title",
    async find(words, signal) {
      const answer = await fetch(`/write/${key}/figures.json?q=${encodeURIComponent(words)}`, { signal });
      const found = await answer.json();
      const items = [...found.figures.slice(0, 12), ...found.sources.slice(0, 12)];
      return { items, said: items.length ? `${found.figures.length} figures, ${found.sources.length} sources` : "Nothing found." };
    },
    pick(item) {
      if (!item) return area.focus();
      if (item.token.startsWith("@")) cite(item.token.slice(1));
      else insert(item.token);
    },
  });
  const open = () => {
    place = [area.selectionStart, area.selectionEnd];
    const selected = area.value.slice(...place);
    picker.open(selected.length < 80 ? selected : "");
  };
  document.getElementById("pick").addEventListener("click", (event) => {
    event.preventDefault();
    open();
  });

  // --- keys: Tab stays the browser's ---------------------------------------------------------------------------------
  document.querySelector(".has-keys").textContent = "Ctrl K picks, Ctrl Enter previews, Ctrl S saves";
  form.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key === "s") form.requestSubmit(form.querySelector('[data-keys="s"]'));
    else if (event.key === "Enter") render().then(() => preview.focus());
    else if (event.key === "k") open();
    else return;
    event.preventDefault();
  });
})();
