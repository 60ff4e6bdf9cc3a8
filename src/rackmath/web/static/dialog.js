// A modal dialog with a search box and a list to choose from: the site's search and the editor's pickers are made of it.
"use strict";
window.rackmath = window.rackmath || {};

/* options: label, hint, find(words, signal) -> Promise<{items, said}>, pick(item, event), first (words to begin with).
   An item has title, note (a line below it) and whatever `pick` needs. */
window.rackmath.picker = (options) => {
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const id = `pick${document.querySelectorAll("dialog").length}`;
  const field = make("input", {
    type: "search", role: "combobox", "aria-label": options.label, placeholder: options.hint || "", autocomplete: "off",
    spellcheck: "false", maxlength: "400", "aria-expanded": "false", "aria-controls": `${id}-list`,
    "aria-autocomplete": "list", "aria-describedby": `${id}-said`,
  });
  const list = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": options.label });
  const said = make("p", { id: `${id}-said`, role: "status", class: "quiet" });
  const close = make("button", { type: "button", class: "plain close" }, "Close");
  const form = make("form", { class: "chooser-head" }, field, close);
  const dialog = make("dialog", { class: "chooser", "aria-label": options.label }, form, said, list);
  let items = [];
  let active = -1;
  let asking = null;
  let timer = 0;
  let fresh = true; // whether the list answers what stands in the field

  const show = (place) => {
    active = place === null || !items.length ? -1 : (place + items.length) % items.length;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === active)));
    if (active < 0) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    field.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  };

  const fill = (found) => {
    items = found.items;
    fresh = true;
    list.replaceChildren(
      ...items.map((item, at) => {
        const option = make("li", { role: "option", id: `${id}-${at}`, "aria-selected": "false" });
        option.append(make("strong", {}, item.title));
        if (item.note) option.append(make("span", {}, item.note));
        option.addEventListener("click", (event) => choose(at, event));
        return option;
      }),
    );
    field.setAttribute("aria-expanded", String(items.length > 0));
    said.textContent = found.said;
    show(options.none ? null : 0);
  };

  const ask = async () => {
    clearTimeout(timer);
    if (asking) asking.abort();
    const mine = (asking = new AbortController());
    try {
      const found = await options.find(field.value.trim(), mine.signal);
      if (!mine.signal.aborted) fill(found);
    } catch (problem) {
      if (problem.name !== "AbortError") fill({ items: [], said: "The server does not answer. Try again in a moment." });
    }
  };

  const choose = (at, event) => {
    dialog.close();
    options.pick(at < 0 ? null : items[at], event, field.value.trim());
  };

  field.addEventListener("input", () => {
    fresh = false;
    if (asking) asking.abort(); // what comes now would answer what stood here before
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      show(active < 0 && step < 0 ? items.length - 1 : active + step);
    } else if (event.key === "Escape") {
      event.preventDefault(); // one Esc closes; a search field would first empty itself
      dialog.close();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!fresh) await ask(); // Enter came before the answer: it is meant for what was typed
    if (fresh && dialog.open) choose(active, event);
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    if (asking) asking.abort();
  });
  document.body.append(dialog);
  return {
    open(words = "") {
      if (dialog.open) return;
      field.value = words;
      dialog.showModal();
      field.focus();
      field.select();
      ask();
    },
  };
};
