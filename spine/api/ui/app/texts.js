// Texts by their path in texts/en.json; `{name}` is filled in, and {one, other} chosen by `count`.
import { texts } from "./given.js";

const plural = new Intl.PluralRules(texts.language);

export function t(path, values = {}) {
  let found = path.split(".").reduce((at, name) => at?.[name], texts);
  if (found && typeof found === "object") found = found[plural.select(values.count)] ?? found.other;
  if (typeof found !== "string") return path;
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

// The word for a name that the graph uses (a namespace, a comparison, a role), or the name made readable.
export function word(group, name) {
  if (name === null || name === undefined) return "";
  return texts.words[group]?.[name] ?? texts.words.any[name] ?? plain(name);
}

export function plain(name) {
  const words = String(name).replace(/^(shared|x)_/, "").replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}
