// What every page has: the search box, its keys, the theme.
import { searching } from "./search.js";

// With a modifier, so that it never takes a letter from those who speak to their computer.
function keys(event) {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    document.getElementById("q").focus();
    document.getElementById("q").select();
    event.preventDefault();
  }
}

function turned() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("spine.theme", document.documentElement.dataset.theme);
  } catch {
    // Without storage the choice holds for this page.
  }
  document.dispatchEvent(new CustomEvent("themechange"));
}

document.addEventListener("keydown", keys);
document.getElementById("theme").addEventListener("click", turned);
searching();
