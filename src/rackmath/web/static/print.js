// A button for the browser's print dialog, on pages that are made to be printed.
"use strict";
(() => {
  const place = document.getElementById("print");
  if (!place) return;
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => print());
})();
