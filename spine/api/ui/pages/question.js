// A ready-made question: its variables as a form, its answer as tables, as a graph where it holds one, and as files.
import { answer } from "../app/ask.js";
import { csv, save } from "../app/files.js";
import { share } from "../app/formats.js";
import { Card, Empty, Icon, Loading, Problem, html, ready, show, titled, useAnswer, useEffect, useMemo, useState, word } from "../app/view.js";
import { plain, t } from "../app/texts.js";
import { Network } from "../parts/network.js";
import { networkOf, tablesOf } from "../parts/tables.js";
import { asText, declared, kindOf, read } from "../parts/variables.js";

const name = location.pathname.split("/").slice(2).join("/");
const ID = /^(per|org|hh|idn|rec)_[0-9a-z]{13}$/;

async function operation() {
  const response = await fetch(`/operations/${name}`);
  const found = await response.json();
  if (!response.ok) throw Object.assign(new Error(found.errors[0].message), found.errors[0].extensions);
  return found;
}

function shownCell(value) {
  if (typeof value === "string" && ID.test(value)) return html`<a class="code" href=${`/id/${value}`}>${value}</a>`;
  if (typeof value === "boolean") return t(value ? "questions.yes" : "questions.no");
  return typeof value === "number" ? share(value) : value ?? "";
}

const heading = (path) => path.split(".").map((part) => word("fields", part) || plain(part)).join(" › ");

function Table({ table }) {
  const numeric = table.columns.map((_, at) => table.rows.every((row) => row[at] === null || row[at] === undefined || typeof row[at] === "number"));
  return html`<div class="answer-table"><h3>${table.title ? heading(table.title) : t("questions.summary")} <span class="count">${table.rows.length}</span></h3>
    <div class="scroll" tabindex="0" role="region" aria-label=${table.title ? heading(table.title) : t("questions.summary")}><table class="list">
      <thead><tr>${table.columns.map((column, at) => html`<th scope="col" key=${column} class=${numeric[at] ? "num" : ""}>${heading(column)}</th>`)}</tr></thead>
      <tbody>${table.rows.map((row, at) => html`<tr key=${at}>${row.map((value, column) => html`<td key=${column} class=${numeric[column] ? "num" : ""}>${shownCell(value)}</td>`)}</tr>`)}</tbody>
    </table></div></div>`;
}

function Graph({ network }) {
  const [chosen, setChosen] = useState(null);
  const elements = useMemo(() => {
    const classes = { record: "record", person: "entity", organisation: "entity", household: "entity", identifier: "contact" };
    const shown = network.nodes.slice(0, 300);
    const known = new Set(shown.map((node) => node.id));
    return [
      ...shown.map((node) => ({ data: { id: node.id, label: node.label, kind: node.kind }, classes: classes[node.kind] ?? "" })),
      ...network.edges.filter((edge) => known.has(edge.start) && known.has(edge.end)).map((edge, at) => ({ data: { id: `e${at}`, source: edge.start, target: edge.end, kind: edge.kind }, classes: edge.kind === "match" ? "match" : "" })),
    ];
  }, [network]);
  const names = Object.fromEntries(network.nodes.map((node) => [node.id, node.label]));
  const rows = network.edges.map((edge, at) => ({ data: { id: `e${at}`, kind: edge.kind === "match" ? "" : edge.kind }, cells: [names[edge.start], names[edge.end], plain(edge.kind)] }));
  const detail = chosen && chosen.label ? html`<p><strong>${chosen.label}</strong> ${ID.test(chosen.id) && html`<a href=${`/id/${chosen.id}`}>${t("questions.open")}</a>`}</p>` : null;
  return html`<${Network} elements=${elements} columns=${["from", "towards", "link"].map((one) => t(`graph.columns.${one}`))} rows=${rows} picked=${setChosen} detail=${detail}
    says=${t("questions.graph_says", { nodes: network.nodes.length, edges: network.edges.length })} />
    ${network.hubs.length > 0 && html`<p class="hint">${t("questions.hubs", { count: network.hubs.length })}</p>`}`;
}

function Answer({ data, question }) {
  const tables = useMemo(() => tablesOf(data), [data]);
  const network = useMemo(() => networkOf(data), [data]);
  const largest = tables.reduce((best, one) => (!best || one.rows.length > best.rows.length ? one : best), null);
  return html`<${Card} title=${t("questions.answer")} id="answer-card" aside=${html`<div class="actions">
      ${largest && html`<button type="button" onClick=${() => save(`${question.name}.csv`, csv(largest.columns, largest.rows), "text/csv;charset=utf-8")}><${Icon} of="download" />${t("questions.csv")}</button>`}
      <button type="button" onClick=${() => save(`${question.name}.json`, JSON.stringify(data, null, 2), "application/json")}><${Icon} of="download" />${t("questions.json")}</button></div>`}>
    ${network && html`<${Graph} network=${network} />`}
    ${tables.map((table) => html`<${Table} key=${table.title} table=${table} />`)}
    ${tables.length === 0 && html`<${Empty}>${t("questions.nothing")}<//>`}
  <//>`;
}

function Form({ variables, typed, change, ask: submit, running }) {
  return html`<form class="variables card" aria-label=${t("questions.variables")} onSubmit=${(event) => { event.preventDefault(); submit(); }}>
    ${variables.map((one) => {
      const kind = kindOf(one);
      const set = (value) => change({ ...typed, [one.name]: value });
      const id = `v-${one.name}`;
      const label = html`<label for=${id}>${word("variables", one.name)}${one.required ? "" : html` <span class="muted">${t("questions.optional")}</span>`}</label>`;
      if (kind === "check") return html`<div class="field" key=${one.name}><label class="check"><input type="checkbox" checked=${typed[one.name] === "true"} onChange=${(event) => set(String(event.target.checked))} />${word("variables", one.name)}</label></div>`;
      if (kind === "object") return html`<div class="field wide" key=${one.name}>${label}<textarea id=${id} rows="4" class="code" value=${typed[one.name] ?? ""} onInput=${(event) => set(event.target.value)}></textarea></div>`;
      return html`<div class="field" key=${one.name}>${label}<input id=${id} type=${kind === "number" ? "number" : "text"} step="any" required=${one.required} placeholder=${one.preset ?? ""} value=${typed[one.name] ?? ""} onInput=${(event) => set(event.target.value)} /></div>`;
    })}
    ${variables.length === 0 && html`<p class="muted">${t("questions.no_variables")}</p>`}
    <button type="submit" class="primary" disabled=${running}>${t("questions.ask")}</button>
  </form>`;
}

function QuestionPage() {
  const [state, again] = useAnswer(operation, []);
  const question = state.data;
  const variables = useMemo(() => (question ? declared(question.document) : []), [question]);
  const [typed, setTyped] = useState({});
  const [result, setResult] = useState({});
  const submit = async (values) => {
    setResult({ running: true });
    try {
      setResult({ data: await answer(question.document, read(variables, values), "question") });
    } catch (error) {
      setResult({ error: error instanceof SyntaxError ? Object.assign(error, { code: "", remedy: t("questions.broken") }) : error });
    }
    ready();
  };
  useEffect(() => {
    if (!question) return;
    titled(question.question);
    const given = Object.fromEntries(variables.map((one) => [one.name, asText(question.variables[one.name], kindOf(one))]));
    const asked = Object.fromEntries([...new URLSearchParams(location.search)].filter(([key]) => key in given));
    setTyped({ ...given, ...asked });
    submit({ ...given, ...asked });
  }, [question]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!question) return html`<div class="page-head"><h1>${t("titles.question")}</h1></div><${Loading} />`;
  const begin = () => {
    history.replaceState(null, "", `?${new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== ""))}`);
    submit(typed);
  };
  return html`<div class="page-head"><p class="kicker"><a href="/questions">${t("titles.questions")}</a> › ${word("audiences", question.audience)}</p><h1>${question.question}</h1></div>
    <${Form} variables=${variables} typed=${typed} change=${setTyped} ask=${begin} running=${result.running} />
    <p class="actions under"><a class="button" href=${`/graphiql?operation=${name}`}>${t("questions.in_graphiql")}</a></p>
    ${result.running && html`<${Loading} />`}
    ${result.error && html`<${Problem} error=${result.error} again=${begin} />`}
    ${result.data && html`<${Answer} data=${result.data} question=${question} />`}`;
}

show(QuestionPage);
