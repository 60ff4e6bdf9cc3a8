// Runs before the first paint: the light or dark that the reader chose, so that nothing flashes.
"use strict";
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // storage is refused: the system's choice stands
}
