// All that a text may mean, with the reason of each: holders of an identifier, then names by likeness.
import { chosenConfidence } from "../app/given.js";
import { number, percent } from "../app/formats.js";
import { suggest, reasonOf, wordsOf } from "../app/search.js";
import { Badge, Empty, Icon, Loading, Problem, Sure, Value, addressOf, html, nameOf, ready, show, to, useAnswer, useEffect, word } from "../app/view.js";
import { t } from "../app/texts.js";

const text = (new URLSearchParams(location.search).get("q") ?? "").trim();

function Exact({ identity }) {
  return html`<section aria-labelledby="exact">
    <h2 id="exact">${t("search.exact", { count: identity.candidates.length })}</h2>
    ${identity.identifiers.map((one) => html`<p class="facts" key=${one.id}>${word("namespaces", one.namespace)} <a href=${to("identifier", one.id)}><${Value} kind=${one.namespace} value=${one.value} /></a> · ${t("search.carried", { count: identity.totalRecords, number: number(identity.totalRecords) })}</p>`)}
    ${identity.shared && html`<div class="notice warn"><${Icon} of="warning" /><p>${t("search.shared")}</p></div>`}
    <ol class="results">${identity.candidates.map((one) => html`<li key=${one.entity.id + (one.identifier?.value ?? one.reason)}><a class="result plain" href=${addressOf(one.entity)}>
      <${Icon} of=${one.entity.__typename} size=${22} />
      <span><strong>${nameOf(one.entity)}</strong> <${Badge}>${t("person.records", { count: one.entity.size })}<//></span>
      <${Sure} value=${one.confidence} label=${t("search.belongs")} />
      <span class="why">${reasonOf(one)}</span>
    </a></li>`)}</ol>
  </section>`;
}

function Names({ names }) {
  return html`<section aria-labelledby="names">
    <h2 id="names">${t("search.names", { count: names.length })}</h2>
    <ol class="results">${names.map((one) => html`<li key=${one.entity.id}><a class="result plain" href=${addressOf(one.entity)}>
      <${Icon} of=${one.entity.__typename} size=${22} />
      <span><strong>${nameOf(one.entity)}</strong> <${Badge}>${t("person.records", { count: one.entity.size })}<//></span>
      <span class="figure">${t("search.likeness", { share: percent(one.score) })}</span>
      <span class="why">${wordsOf(one)}</span>
    </a></li>`)}</ol>
  </section>`;
}

function SearchPage() {
  const [state, again] = useAnswer(() => (text ? suggest(text) : Promise.resolve(null)), []);
  useEffect(() => {
    if (!state.loading) ready();
  }, [state.loading]);
  if (!text) return html`<div class="page-head"><h1>${t("titles.search")}</h1></div><${Empty}>${t("search.empty")}<//>`;
  const { identity, names } = state.data ?? {};
  return html`<div class="page-head"><h1>${t("search.title", { text })}</h1></div>
    ${state.loading && html`<${Loading} lines=${5} />`}
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${identity?.candidates.length > 0 && html`<${Exact} identity=${identity} />`}
    ${names?.length > 0 && html`<${Names} names=${names} />`}
    ${state.data && !identity.candidates.length && !names.length && html`<${Empty}>${t("search.nothing_long", { text })}<//>`}
    ${identity?.truncated && html`<p class="hint">${number(identity.totalRecords)}</p>`}`;
}

show(SearchPage);
