// A model's form answers while one types: the server makes the pieces, this puts them in place.
"use strict";
(() => {
  const form = document.getElementById("bench");
  if (!form || !form.dataset.model) return;
  const byId = (id) => document.getElementById(id);
  const result = byId("result");
  const headline = byId("headline");
  let timer = 0;
  let asking = null;

  const query = () => {
    const asked = new URLSearchParams();
    const chosen = form.elements["sweep.input"];
    const own = chosen && (chosen.dataset.chosen || ["from", "to"].some((end) => form.elements[`sweep.${end}`].value));
    for (const [name, value] of new FormData(form)) {
      if (value && (name !== "sweep.input" || own || form.elements["sweep.against"].value)) asked.set(name, value);
    }
    return asked;
  };

  const mark = (problems) => {
    for (const line of form.querySelectorAll("[data-problem]")) {
      const told = problems[line.dataset.problem] || "";
      line.textContent = told;
      line.hidden = !told;
      const field = line.closest(".field");
      const control = form.elements[line.dataset.problem];
      field.classList.toggle("is-wrong", Boolean(told));
      field.classList.toggle("is-given", Boolean(control.value));
      if (told) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  };

  const show = (text) => {
    const made = new DOMParser().parseFromString(text, "text/html");
    const said = made.getElementById("said");
    if (!said) return;
    const open = [...result.querySelectorAll("details")].map((each) => each.open);
    headline.replaceChildren(...made.getElementById("headline").childNodes);
    const fresh = made.getElementById("result");
    const none = !fresh.textContent.trim(); // a field cannot be read: what was there stays, and looks old
    result.classList.toggle("is-old", none);
    if (!none) {
      result.replaceChildren(...fresh.childNodes);
      result.querySelectorAll("details").forEach((each, place) => {
        each.open = Boolean(open[place]);
      });
    }
    mark(JSON.parse(said.dataset.problems));
    const sweep = byId("sweep-problem");
    sweep.textContent = said.dataset.sweep;
    sweep.hidden = !said.dataset.sweep;
    byId("command").textContent = said.dataset.command;
    byId("python").textContent = said.dataset.python;
    byId("share").href = said.dataset.page;
    byId("json").href = said.dataset.json;
    slide(JSON.parse(said.dataset.slider));
    history.replaceState(null, "", said.dataset.page);
  };

  const ask = async () => {
    clearTimeout(timer);
    if (asking) asking.abort();
    asking = new AbortController();
    headline.classList.add("is-old");
    try {
      const answer = await fetch(`${form.getAttribute("action")}/result?${query()}`, { signal: asking.signal });
      if (answer.ok || answer.status === 422) show(await answer.text());
      headline.classList.remove("is-old");
    } catch (problem) {
      if (problem.name !== "AbortError") headline.classList.add("is-old"); // what is shown is of the inputs before
    }
  };

  // --- the slider moves the input that the curve is drawn along ------------------------------------------------------
  const slider = byId("slider");
  let held = slider ? JSON.parse(slider.dataset.slider) : null;
  const slide = (now) => {
    const field = byId("slider-field");
    if (!field) return;
    field.hidden = !now;
    if (!now) return;
    if (document.activeElement !== slider) {
      held = now;
      slider.max = String(now.values.length - 1);
      slider.value = String(now.place);
    }
    byId("slider-words").textContent = now.words;
  };
  if (slider) {
    slide(held);
    slider.addEventListener("input", () => {
      const name = form.elements["sweep.input"].value;
      form.elements["sweep.input"].dataset.chosen = "yes";
      // the range stays where it is while its input moves
      form.elements["sweep.from"].value ||= String(Number(held.values[0].toPrecision(4)));
      form.elements["sweep.to"].value ||= String(Number(held.values[held.values.length - 1].toPrecision(4)));
      form.elements[name].value = `${Number(held.values[Number(slider.value)].toPrecision(4))} ${held.unit}`.trim();
    });
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "sweep.input") {
      event.target.dataset.chosen = "yes";
      form.elements["sweep.from"].value = "";
      form.elements["sweep.to"].value = "";
    }
    clearTimeout(timer);
    timer = setTimeout(ask, event.target === slider ? 30 : 220);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
})();
