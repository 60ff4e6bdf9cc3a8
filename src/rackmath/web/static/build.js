// The scenario builder: what the drawn day means while one draws, and adding with the choice alone.
"use strict";
(() => {
  const form = document.getElementById("build");
  if (!form) return;
  const hours = [...form.querySelectorAll(".hours input")];
  const said = document.getElementById("curve-said");
  if (hours.length && said) {
    form.querySelector(".hours").addEventListener("input", () => {
      const values = hours.map((each) => Number(each.value));
      const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
      said.textContent = mean ? `busiest hour over mean: ${(Math.max(...values) / mean).toFixed(2)}` : "nothing is drawn";
    });
  }
  form.addEventListener("change", (event) => {
    const name = event.target.name || "";
    if (event.target.tagName === "SELECT" && name.endsWith(".add") && name !== "b.add" && event.target.value) {
      sessionStorage.setItem("build-at", String(scrollY));
      form.requestSubmit(form.querySelector("button[value=update]"));
    }
  });
  // an added row appears where one was
  const at = sessionStorage.getItem("build-at");
  sessionStorage.removeItem("build-at");
  if (at) scrollTo(0, Number(at));
})();
