// The keyboard: / or Ctrl-K searches, j and k step, g goes, ? helps. Single letters can be switched off (WCAG 2.1.4).
"use strict";
(() => {
  const GO = { h: ["/", "front page"], n: ["/changes", "what is new"], s: ["/sources", "sources"], c: ["/conflicts", "conflicts"] };
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const store = (name, value) => {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
    } catch {
      // storage is refused: it holds for this page
    }
  };
  let letters = stored("keys") !== "off";

  // the page after a form that was saved: the editor's copy of what was typed has done its duty
  try {
    const sent = sessionStorage.getItem("sent");
    if (sent && document.querySelector("[data-said]")) {
      store(sent, null);
      sessionStorage.removeItem("sent");
    }
  } catch {
    // storage is refused: there is no copy
  }

  // --- search ---------------------------------------------------------------------------------------------------
  let search = null;
  const openSearch = () => {
    search ??= window.rackmath.picker({
      label: "Search notes, figures and sources",
      hint: 'H100 $/hour, kind:thesis, "capacity constrained"',
      none: true,
      async find(words, signal) {
        if (!words) return { items: [], said: "Type to search. Enter opens all results." };
        const answer = await fetch(`/search.json?q=${encodeURIComponent(words)}`, { signal });
        const found = await answer.json();
        if (!answer.ok) return { items: [], said: found.error ? found.error.message : "That cannot be searched." };
        const items = found.hits.slice(0, 8).map(({ note, why }) => ({
          title: note.title,
          note: [note.kind, ...why.slice(0, 1)].join(" · "),
          href: note.href,
        }));
        const count = `${found.total} ${found.total === 1 ? "note" : "notes"}`;
        const none = items.length ? "Nothing here answers that; this comes near." : "Nothing found. Try fewer or other words.";
        return { items, said: found.problem || (found.answered ? count : none) };
      },
      pick(item, event, words) {
        if (item) location.href = item.href;
        else if (words) location.href = `/search?q=${encodeURIComponent(words)}`;
      },
    });
    search.open();
  };

  // --- help -----------------------------------------------------------------------------------------------------
  let help = null;
  const openHelp = () => {
    if (!help) {
      const rows = [
        ["Ctrl K or /", "search"], ["j, k", "next, previous"], ["b", "what links here"], ["d", "history and differences"],
        ["y", "copy the permalink"], ...Object.entries(GO).map(([key, [, words]]) => [`g ${key}`, words]), ["?", "this help"],
      ];
      help = document.createElement("dialog");
      help.className = "keyhelp";
      help.setAttribute("aria-labelledby", "keys-title");
      const title = document.createElement("h2");
      title.id = "keys-title";
      title.textContent = "Keyboard";
      const table = document.createElement("dl");
      for (const [key, words] of rows) {
        const term = document.createElement("dt");
        const what = document.createElement("dd");
        term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
        what.textContent = words;
        table.append(term, what);
      }
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: letters });
      box.addEventListener("change", () => {
        letters = box.checked;
        store("keys", letters ? null : "off");
      });
      label.append(box, " Single letters act (Ctrl K always does)");
      const close = Object.assign(document.createElement("button"), { type: "button", className: "plain close", textContent: "Close" });
      close.addEventListener("click", () => help.close());
      help.append(title, table, label, close);
      document.body.append(help);
    }
    help.showModal();
  };

  // --- stepping and copying -------------------------------------------------------------------------------------
  const step = (by) => {
    const stops = [...document.querySelectorAll("main .card-title a, main [data-stop]")];
    const at = stops.indexOf(document.activeElement);
    const next = stops[at < 0 ? (by > 0 ? 0 : stops.length - 1) : at + by];
    if (next) next.focus();
  };
  const follow = (selector) => {
    const link = document.querySelector(selector);
    if (link) location.href = link.href;
    return Boolean(link);
  };
  const say = (words) => {
    const line = document.createElement("p");
    line.className = "toast";
    line.setAttribute("role", "status");
    document.body.append(line);
    line.textContent = words;
    setTimeout(() => line.remove(), 4000);
  };
  const copy = async () => {
    const link = document.querySelector('link[rel="cite-as"]') || document.querySelector('link[rel="canonical"]');
    const address = new URL(link ? link.getAttribute("href") : location.href, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      say("The permalink is copied.");
    } catch {
      say(address);
    }
  };

  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openSearch();
      return;
    }
    if (event.ctrlKey || event.metaKey || !letters) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const gone = Date.now() - going < 1500 && GO[event.key];
    going = 0;
    if (gone) location.href = gone[0];
    else if (event.key === "g") going = Date.now();
    else if (event.key === "/") openSearch();
    else if (event.key === "?") openHelp();
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "y") copy();
    else if (event.key === "b") {
      const place = document.getElementById("backlinks");
      if (!place) return;
      place.scrollIntoView();
      (place.parentElement.parentElement.querySelector("a") || place).focus({ preventScroll: true });
    } else if (event.key === "d") {
      if (!follow('a[data-key="d"]') && !follow('link[rel="version-history"]')) return;
    } else return;
    event.preventDefault();
  });

  // --- what only exists with scripts: the choice of light and dark, and a way to the help ---------------------------
  const NAMES = { auto: "as the system", light: "light", dark: "dark" };
  const root = document.documentElement;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "theme";
  button.dataset.themeSwitch = "";
  const tell = () => {
    const now = root.dataset.theme || "auto";
    button.textContent = { auto: "◐", light: "○", dark: "●" }[now];
    button.title = `Colours: ${NAMES[now]}`;
    button.setAttribute("aria-label", `Colours: ${NAMES[now]}. Change`);
  };
  button.addEventListener("click", () => {
    const next = { auto: "dark", dark: "light", light: "auto" }[root.dataset.theme || "auto"];
    if (next === "auto") delete root.dataset.theme;
    else root.dataset.theme = next;
    store("theme", next === "auto" ? null : next);
    tell();
  });
  tell();
  const who = document.getElementById("who");
  if (who) who.append(button);
  const foot = document.querySelector(".foot ul");
  if (foot) {
    const item = document.createElement("li");
    const opener = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "Keyboard" });
    opener.addEventListener("click", openHelp);
    item.append(opener);
    foot.append(item);
  }
})();
