// The view library in one import, and the small parts that every page is made of.
import { Component, h, render } from "../vendor/preact.mjs";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.mjs";
import htm from "../vendor/htm.mjs";
import { isAborted } from "./ask.js";
import { defaultConfidence } from "./given.js";
import { address, date, identifier, percent } from "./formats.js";
import { Icon } from "./icons.js";
import { t, word } from "./texts.js";

export const html = htm.bind(h);
export { Component, Icon, render, useEffect, useLayoutEffect, useMemo, useRef, useState };

// Puts a component where the server left the page's frame, and says when it is ready (tests and budgets listen).
export function show(component) {
  const main = document.getElementById("main");
  main.replaceChildren();
  render(html`<${component} />`, main);
}

export function ready() {
  if (document.body.dataset.ready) return;
  document.body.dataset.ready = "true";
  performance.mark("page-ready");
}

export function titled(name) {
  const product = document.title.split(" · ").pop();
  document.title = `${name} · ${product}`;
}

// An answer that is loading, has failed or is here: [state, again]. `question` is run anew whenever `keys` change,
// and the old answer stays visible (`stale`) until the new one is here.
export function useAnswer(question, keys) {
  const [state, setState] = useState({ loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let wanted = true;
    setState((old) => ({ ...old, error: undefined, loading: !old.data, stale: Boolean(old.data) }));
    question().then(
      (data) => wanted && setState({ data, loading: false, stale: false }),
      (error) => wanted && !isAborted(error) && setState({ error, loading: false, stale: false }),
    );
    return () => { wanted = false; };
  }, [...keys, round]);
  return [state, () => setRound(round + 1)];
}

export function Loading({ lines = 3 }) {
  const rows = Array.from({ length: lines }, (_, at) => html`<span class="bone" key=${at}></span>`);
  return html`<div class="bones" role="status"><span class="unseen">${t("states.loading")}</span>${rows}</div>`;
}

export function Problem({ error, again }) {
  useEffect(ready, []);
  const unknown = error.code === "NOT_FOUND" || error.code === "BAD_ID";
  const known = ["UNREACHABLE", "TIME_OUT", "STORE_UNAVAILABLE", "BAD_MODEL"].includes(error.code) ? error.code : "other";
  const heading = document.querySelector("main h1") ? "h2" : "h1";
  return html`<div class="problem" role="alert">
    <${heading}>${unknown ? t("states.unknown") : t(`states.errors.${known}`)}<//>
    <p>${error.message}${" "}${error.remedy}</p>
    ${!unknown && again && html`<button type="button" onClick=${again}>${t("states.again")}</button>`}
    ${unknown && html`<a href="/">${t("states.search_instead")}</a>`}
  </div>`;
}

export function Empty({ children }) {
  return html`<p class="empty">${children}</p>`;
}

export function Card({ title, aside, id, children, kind = "" }) {
  const name = id ?? `card-${title.toLowerCase().replace(/\W+/g, "-")}`;
  return html`<section class=${`card ${kind}`} aria-labelledby=${name}>
    <header><h2 id=${name}>${title}</h2>${aside && html`<div class="aside">${aside}</div>`}</header>
    ${children}
  </section>`;
}

// How sure something is: the figure, and a bar on the scale of nines. Words and length say it, colour only helps.
export function Sure({ value, label }) {
  const width = `${Math.round(100 * Math.min(1, (-Math.log10(Math.max(1e-6, 1 - value)) / 5)))}%`;
  const level = value >= 0.99 ? "sure" : value >= 0.95 ? "likely" : "doubtful";
  return html`<span class=${`sure ${level}`} title=${t(`sure.${level}`)}>
    <span class="bar" aria-hidden="true"><i style=${{ width }}></i></span>
    <span class="figure">${label ? html`<span class="unseen">${label} </span>` : ""}${percent(value)}</span>
  </span>`;
}

export function Badge({ kind = "plain", children, title }) {
  return html`<span class=${`badge ${kind}`} title=${title}>${children}</span>`;
}

const TYPES = { Person: "person", Organisation: "organisation", Household: "household", Record: "record" };

export const addressOf = (entity) => to(TYPES[entity.__typename] ?? "person", entity.id);

// The page of something, at the confidence that is chosen here if it is not the default.
export function to(kind, id, confidence) {
  const sure = confidence ?? Number(new URLSearchParams(location.search).get("confidence"));
  const more = sure && sure !== defaultConfidence ? `?confidence=${sure}` : "";
  return `/${kind}/${encodeURIComponent(id).replace(/%3A/g, ":").replace(/%2F/g, "/")}${more}`;
}

export function nameOf(entity) {
  return entity.name || t(entity.__typename === "Organisation" ? "unnamed.organisation" : "unnamed.person");
}

export function Value({ kind, value }) {
  const form = kind === "address" ? "" : ["email", "phone"].includes(kind) ? "" : "code";
  return html`<span class=${form}>${identifier(kind, value)}</span>`;
}

export function Period({ since, until, from = "period.since", both = "period.both", to: end = "period.until" }) {
  if (!since && !until) return null;
  if (since && until && date(since) === date(until)) return html`<span class="period">${date(since)}</span>`;
  const path = since && until ? both : since ? from : end;
  return html`<span class="period">${t(path, { since: date(since), until: date(until) })}</span>`;
}

export { address, word };
