// Before anything is painted: the theme that was chosen here, else the system's.
"use strict";
try {
  const chosen = localStorage.getItem("spine.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be switched off: then the system's theme holds.
}
