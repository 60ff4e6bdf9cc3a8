// Search of a published site, which has no server: ranks the notes of search.json by BM25 over title, tags and text.
"use strict";
(() => {
  const main = document.querySelector("main");
  const asked = new URLSearchParams(location.search).get("q") || "";
  if (!main || !document.querySelector("[data-published-search]")) return;
  const box = document.querySelector("[data-published-search]");
  const field = main.querySelector("input[name=q]");
  if (field) field.value = asked;
  const words = (text) => text.toLowerCase().normalize("NFKD").match(/[\p{L}\p{N}.$%]+/gu) || [];
  const stem = (word) => word.replace(/[.]+$/, "").replace(/(ing|ed|es|s)$/, "");
  const terms = [...new Set(words(asked).map(stem).filter((word) => word.length > 1))];

  const say = (text) => {
    const line = document.createElement("p");
    line.setAttribute("role", "status");
    line.textContent = text;
    box.replaceChildren(line);
  };

  const rank = (notes) => {
    const bags = notes.map((note) => {
      const bag = new Map();
      const add = (text, weight) => words(text).map(stem).forEach((word) => bag.set(word, (bag.get(word) || 0) + weight));
      add(note.title, 5);
      add(note.tags.join(" ").replace(/-/g, " "), 3);
      add(note.text, 1);
      return bag;
    });
    const length = bags.map((bag) => [...bag.values()].reduce((sum, count) => sum + count, 0));
    const mean = length.reduce((sum, count) => sum + count, 0) / Math.max(1, length.length);
    return notes
      .map((note, at) => {
        let score = 0;
        for (const term of terms) {
          const holding = bags.filter((bag) => bag.has(term)).length;
          const count = bags[at].get(term) || 0;
          if (count) {
            const weight = Math.log(1 + (notes.length - holding + 0.5) / (holding + 0.5));
            score += (weight * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * length[at]) / mean));
          }
        }
        return { note, score };
      })
      .filter((one) => one.score > 0)
      .sort((one, two) => two.score - one.score || one.note.title.localeCompare(two.note.title))
      .slice(0, 30);
  };

  const show = (found) => {
    const list = document.createElement("ol");
    list.className = "cardlist";
    for (const { note } of found) {
      const item = document.createElement("li");
      item.className = "card";
      const heading = document.createElement("h2");
      const link = document.createElement("a");
      link.href = `../${note.path}`;
      link.textContent = note.title;
      heading.append(link);
      const told = document.createElement("p");
      const low = note.text.toLowerCase();
      const at = Math.max(0, Math.min(...terms.map((term) => low.indexOf(term)).filter((place) => place >= 0), low.length) - 80);
      told.textContent = `${at ? "… " : ""}${note.text.slice(at, at + 260)} …`;
      item.append(heading, told);
      list.append(item);
    }
    say(found.length ? `${found.length} notes` : "No note holds these words.");
    box.append(list);
  };

  if (!terms.length) return;
  say("Searching …");
  fetch("../search.json")
    .then((answer) => answer.json())
    .then((notes) => show(rank(notes)))
    .catch(() => say("The search needs a file server: a browser does not let a page opened from the disk read another file."));
})();
