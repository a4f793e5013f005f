// What follows from all that happened: spending, recency, favourite channel, as of today.
import { ask } from "../app/ask.js";
import { date, money, share } from "../app/formats.js";
import { Card, Loading, Problem, html, useAnswer, word } from "../app/view.js";
import { t } from "../app/texts.js";

function shown(fact) {
  if (fact.amounts.length) return fact.amounts.map((one) => money(one.value, one.currency)).join(", ");
  if (fact.number !== null) return share(Math.round(fact.number * 100) / 100);
  return /^\d{4}-\d{2}-\d{2}/.test(fact.text) ? date(fact.text) : word("channels", fact.text);
}

export function FactsCard({ id, confidence, version }) {
  const [state, again] = useAnswer(() => ask("support/derived-facts", { id, confidence }, { latest: "facts" }), [id, confidence, version]);
  const known = (state.data?.person.facts ?? []).filter((one) => one.amounts.length || one.number !== null || one.text);
  if (state.data && known.length === 0) return null;
  return html`<${Card} title=${t("cards.facts")} id="facts-card">
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${state.loading && html`<${Loading} />`}
    <dl class="derived">${known.map((one) => html`<div key=${one.name}><dt title=${one.says}>${word("facts", one.name)}</dt><dd>${shown(one)}</dd></div>`)}</dl>
  <//>`;
}
