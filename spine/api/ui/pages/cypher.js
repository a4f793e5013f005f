// Questions in Cypher, where the store answers them: they only read, and say when there is more.
import { ask } from "../app/ask.js";
import { csv, save } from "../app/files.js";
import { number, share } from "../app/formats.js";
import { Card, Empty, Icon, Loading, Problem, html, ready, show, useEffect, useState } from "../app/view.js";
import { t } from "../app/texts.js";

const EXAMPLES = [
  ["shared", "MATCH (r:Record)-[:CARRIES]->(i:Identifier)\nRETURN i.namespace AS kind, i.value AS value, count(r) AS records\nORDER BY records DESC LIMIT 20"],
  ["sources", "MATCH (r:Record)-[:RESOLVES_TO]->(p:Person)\nWITH p, count(DISTINCT r.source) AS sources\nRETURN sources, count(p) AS persons ORDER BY sources"],
  ["groups", "MATCH (child:Organisation)-[:SUBSIDIARY_OF]->(parent:Organisation)\nRETURN parent.name AS parent, count(child) AS subsidiaries\nORDER BY subsidiaries DESC LIMIT 20"],
];

const cell = (value) => (value === null ? "" : typeof value === "object" ? JSON.stringify(value) : typeof value === "number" ? share(value) : String(value));

function Answer({ found }) {
  if (found.rows.length === 0) return html`<${Empty}>${t("questions.nothing")}<//>`;
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label=${t("states.table_of", { name: t("questions.answer") })}><table class="list">
      <thead><tr>${found.columns.map((column) => html`<th scope="col" key=${column}>${column}</th>`)}</tr></thead>
      <tbody>${found.rows.map((row, at) => html`<tr key=${at}>${row.map((value, column) => html`<td key=${column} class=${typeof value === "number" ? "num" : ""}>${cell(value)}</td>`)}</tr>`)}</tbody>
    </table></div>
    ${found.truncated && html`<p class="hint">${t("cypher.truncated", { count: number(found.rows.length) })}</p>`}`;
}

function CypherPage() {
  const [query, setQuery] = useState(new URLSearchParams(location.search).get("query") ?? EXAMPLES[0][1]);
  const [state, setState] = useState({});
  useEffect(ready, []);
  const run = async (event) => {
    event?.preventDefault();
    history.replaceState(null, "", `?query=${encodeURIComponent(query)}`);
    setState({ loading: true });
    try {
      setState({ data: (await ask("analysis/cypher", { query }, { latest: "cypher" })).cypher });
    } catch (error) {
      setState({ error });
    }
  };
  const aside = state.data?.rows.length ? html`<button type="button" onClick=${() => save("cypher.csv", csv(state.data.columns, state.data.rows.map((row) => row.map(cell))), "text/csv;charset=utf-8")}><${Icon} of="download" />${t("questions.csv")}</button>` : "";
  return html`<div class="page-head"><h1>${t("titles.cypher")}</h1><p class="lead">${t("cypher.lead")}</p></div>
    <form class="card cypher" onSubmit=${run}>
      <label for="query">${t("cypher.query")}</label>
      <textarea id="query" class="code" rows="7" spellcheck="false" value=${query} onInput=${(event) => setQuery(event.target.value)}
        onKeyDown=${(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && run(event)}></textarea>
      <div class="actions"><button type="submit" class="primary" disabled=${state.loading}>${t("questions.ask")}</button><span class="hint">${t("cypher.key")}</span><span class="spring"></span>
        ${EXAMPLES.map(([name, text]) => html`<button type="button" class="quiet" key=${name} onClick=${() => setQuery(text)}>${t(`cypher.examples.${name}`)}</button>`)}</div>
    </form>
    ${state.loading && html`<${Loading} lines=${4} />`}
    ${state.error && html`<${Problem} error=${state.error} again=${run} />`}
    ${state.data && html`<${Card} title=${t("questions.answer")} id="answer-card" aside=${aside}><${Answer} found=${state.data} /><//>`}`;
}

show(CypherPage);
