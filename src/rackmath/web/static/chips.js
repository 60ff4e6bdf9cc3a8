// The box of a figure: Esc puts it away until the pointer or the focus has left; a first tap opens it, a second follows.
"use strict";
(() => {
  let touched = false;
  const chipOf = (target) => (target instanceof Element ? target.closest(".chip") : null);
  const shown = () => document.querySelector(".chip:hover:not(.shut), .chip:focus-within:not(.shut)");

  document.addEventListener("keydown", (event) => {
    const chip = event.key === "Escape" && !document.querySelector("dialog[open]") && shown();
    if (!chip) return;
    chip.classList.add("shut");
    event.preventDefault();
  });
  const reopen = (event) => {
    const chip = chipOf(event.target);
    if (chip && !chip.contains(event.relatedTarget)) chip.classList.remove("shut");
  };
  document.addEventListener("pointerout", reopen);
  document.addEventListener("focusout", reopen);

  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
  });
  document.addEventListener("click", (event) => {
    const chip = chipOf(event.target);
    const figure = event.target instanceof Element ? event.target.closest(".chip > .fig") : null;
    if (!touched || !figure || chip.dataset.open) return;
    event.preventDefault();
    for (const other of document.querySelectorAll(".chip[data-open]")) delete other.dataset.open;
    chip.dataset.open = "1";
    chip.classList.remove("shut");
    figure.focus();
  });
  document.addEventListener("focusout", (event) => {
    const chip = chipOf(event.target);
    if (chip && !chip.contains(event.relatedTarget)) delete chip.dataset.open;
  });
})();
