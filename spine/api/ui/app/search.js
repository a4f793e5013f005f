// The one search box: any identifier, name or id, with suggestions while typing and the reason of each.
import { ask, isAborted } from "./ask.js";
import { date, number, titled } from "./formats.js";
import { chosenConfidence } from "./given.js";
import { Value, Icon, Sure, addressOf, html, nameOf, render, to, useEffect, useRef, useState, word } from "./view.js";
import { t } from "./texts.js";

const ID = /^(per|org|hh|idn|rec)_[0-9a-z]{13}$/;
const PAUSE = 60;
// An identifier that more records carry is shown before those who hold it.
const FEW = 20;

// Everything that a text may mean: exact holders of an identifier first, then names.
export async function suggest(text, latest) {
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, 13);
  const asked = { text, words: words.length > 0 && words.length <= 12 && text.length <= 300, confidence: chosenConfidence() };
  const found = await ask("support/suggest", asked, { latest });
  const held = new Set(found.identity.candidates.map((one) => one.entity.id));
  const exact = found.identity.candidates.length > 0;
  const names = (found.search ?? []).filter((one) => !held.has(one.entity.id) && (!exact || one.score > 0.75));
  return { identity: found.identity, names };
}

function options(text, found) {
  if (ID.test(text)) return [{ href: `/id/${text}`, icon: "number", title: text, why: t("search.open_id") }];
  if (!found) return [];
  const { identity, names } = found;
  const out = identity.candidates.map((one) => ({
    group: "exact", href: addressOf(one.entity), icon: one.entity.__typename, title: nameOf(one.entity),
    sure: one.confidence, why: reasonOf(one),
  }));
  for (const one of identity.identifiers.filter(() => identity.totalRecords > 1)) {
    const place = identity.totalRecords > FEW ? "unshift" : "push";
    out[place]({
      group: "exact", href: to("identifier", one.id), icon: one.namespace,
      title: html`${word("namespaces", one.namespace)} <${Value} kind=${one.namespace} value=${one.value} />`,
      why: t("search.carried", { count: identity.totalRecords, number: number(identity.totalRecords) }),
    });
  }
  for (const one of names) {
    out.push({ group: "names", href: addressOf(one.entity), icon: one.entity.__typename, title: nameOf(one.entity), why: wordsOf(one) });
  }
  return out;
}

// Which identifier led here, in the words of the page.
export function reasonOf(candidate) {
  if (!candidate.identifier) return t("search.numbered", { reason: candidate.reason });
  const { namespace } = candidate.identifier;
  const state = candidate.verified ? "verified" : candidate.current ? "carries" : "gave_up";
  return t(`search.${state}`, { kind: word("namespaces", namespace).toLowerCase(), reason: candidate.reason });
}

const valueOf = (hit) => (["region", "postcode", "country"].includes(hit.field) ? hit.value.toUpperCase() : hit.field.includes("date") ? date(hit.value) : titled(hit.value));

export function wordsOf(hit) {
  const found = hit.matched.map((one) => {
    const same = one.likeness >= 0.949 && one.value.split(/\W+/).some((part) => part.startsWith(one.word));
    return t(same ? "search.same" : "search.like", { field: word("fields", one.field), value: valueOf(one), word: one.word });
  });
  const missing = hit.missing.length ? [t("search.missing", { words: hit.missing.join(", ") })] : [];
  return [...found, ...missing].join(" · ");
}

function Suggestions({ input }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState(null);
  const [at, setAt] = useState(-1);
  const timer = useRef(0);
  const shown = open && text.length > 1 ? options(text, found) : [];
  const state = useRef({});
  state.current = { shown, at, text, found };

  useEffect(() => {
    const typed = () => {
      const value = input.value.trim();
      setText(value);
      setOpen(true);
      setAt(-1);
      clearTimeout(timer.current);
      if (value.length < 2 || ID.test(value)) return setFound(null);
      timer.current = setTimeout(async () => {
        const begun = performance.now();
        try {
          const answer = { ...(await suggest(value, "suggest")), text: value };
          setFound(answer);
          const [only] = answer.identity.candidates;
          setAt(only && answer.identity.candidates.length === 1 ? 0 : -1);
          requestAnimationFrame(() => {
            performance.measure("search-answer", { start: begun });
            input.dataset.answered = value;
          });
        } catch (error) {
          if (!isAborted(error)) setFound({ text: value, error });
        }
      }, PAUSE);
    };
    const keyed = (event) => {
      const { shown: list, at: now } = state.current;
      if (event.key === "ArrowDown" && list.length) setAt((now + 1) % list.length);
      else if (event.key === "ArrowUp" && list.length) setAt((now - 1 + list.length) % list.length);
      else if (event.key === "Escape") setOpen(false);
      else if (event.key === "Enter" && list[now] && state.current.found?.text === input.value.trim()) location.assign(list[now].href);
      else if (event.key === "Enter" && list[now] && ID.test(input.value.trim())) location.assign(list[now].href);
      else return;
      event.preventDefault();
    };
    const left = () => setTimeout(() => setOpen(false), 150);
    const entered = () => input.value.trim().length > 1 && setOpen(true);
    input.addEventListener("input", typed);
    input.addEventListener("keydown", keyed);
    input.addEventListener("blur", left);
    input.addEventListener("focus", entered);
    if (document.activeElement === input && input.value) typed();
    return () => {};
  }, []);

  const visible = open && text.length > 1;
  useEffect(() => {
    input.setAttribute("aria-expanded", String(visible));
    if (visible && at >= 0) input.setAttribute("aria-activedescendant", `option-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }, [visible, at]);
  if (!visible) return null;

  const row = (one, index) => html`<a class="suggestion plain" role="option" id=${`option-${index}`} key=${one.href + index}
      aria-selected=${String(index === at)} href=${one.href} tabindex="-1" onMouseDown=${(event) => event.preventDefault()}>
    <${Icon} of=${one.icon} />
    <span>${one.title}</span>
    ${one.sure !== undefined ? html`<${Sure} value=${one.sure} />` : html`<span></span>`}
    <span class="why">${one.why}</span>
  </a>`;
  const groups = [...new Set(shown.map((one) => one.group))];
  return html`<div class="suggestions" role="listbox" id="suggestions" aria-label=${t("search.suggestions")}>
    ${groups.map((group) => html`<div role="group" key=${group} aria-label=${group ? t(`search.groups.${group}`) : t("search.suggestions")}>
      ${group && html`<div class="group-name" role="presentation">${t(`search.groups.${group}`)}</div>`}
      ${shown.map((one, index) => one.group === group && row(one, index))}
    </div>`)}
    ${shown.length === 0 && html`<div class="nothing" role="option" aria-disabled="true" aria-selected="false">${
      found?.error ? found.error.message : found?.text === text ? t("search.nothing") : t("states.loading")}</div>`}
  </div>`;
}

export function searching() {
  const input = document.getElementById("q");
  const asked = new URLSearchParams(location.search).get("q");
  if (location.pathname === "/search" && asked) input.value = asked;
  render(html`<${Suggestions} input=${input} />`, document.getElementById("suggestions-place"));
}
