// The variables of a ready-made question as a form: what a document declares, and what was typed, as JSON values.

// [{name, type, list, required, preset}] out of a document; types as GraphQL writes them.
export function declared(document) {
  const head = /\b(?:query|mutation)\s+\w*\s*\(([\s\S]*?)\)\s*\{/.exec(document);
  if (!head) return [];
  const found = [];
  const pattern = /\$(\w+)\s*:\s*(\[?)(\w+)[!\]]*(!?)\s*(?:=\s*(\{[^}]*\}|\[[^\]]*\]|"[^"]*"|[^\s,$)]+))?/g;
  for (const [whole, name, list, type, , preset] of head[1].matchAll(pattern)) {
    const declaration = whole.split("=")[0].trim();
    found.push({ name, type, list: Boolean(list), required: declaration.endsWith("!") && preset === undefined, preset });
  }
  return found;
}

const SIMPLE = ["String", "ID", "Int", "Float", "Boolean"];

export const kindOf = (one) => (!SIMPLE.includes(one.type) ? "object" : one.list ? "list" : one.type === "Boolean" ? "check" : /Int|Float/.test(one.type) ? "number" : "text");

export function asText(value, kind) {
  if (value === undefined || value === null) return "";
  return kind === "object" ? JSON.stringify(value, null, 1) : kind === "list" ? value.join(", ") : String(value);
}

// The values of a form as variables; an empty field is left out, so that its default holds. Throws on broken JSON.
export function read(variables, typed) {
  const out = {};
  for (const one of variables) {
    const text = (typed[one.name] ?? "").toString().trim();
    if (text === "") continue;
    const kind = kindOf(one);
    if (kind === "number") out[one.name] = Number(text);
    else if (kind === "check") out[one.name] = text === "true";
    else if (kind === "list") out[one.name] = text.split(",").map((part) => part.trim()).filter(Boolean);
    else out[one.name] = kind === "object" ? JSON.parse(text) : text;
  }
  return out;
}
