// A ready-made question: its variables as a form, its answer as tables, as a graph where it holds one, and as files.
import { answer } from "../app/ask.js";
import { csv, save } from "../app/files.js";
import { texts } from "../app/given.js";
import { address, percent, share, time } from "../app/formats.js";
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

// A value as its column wants it: dates and shares by locale, names of the graph in words.
function shownCell(column, value) {
  const last = column.split(".").pop();
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "string" && ID.test(value)) return html`<a class="code" href=${`/id/${value}`}>${value}</a>`;
  if (typeof value === "boolean") return t(value ? "questions.yes" : "questions.no");
  if (typeof value === "number") return /confidence|probability|cohesion|score|likeness/i.test(last) ? percent(value) : share(value);
  if (/^(at|since|until|lastSeen|observedAt|ingestedAt)$/.test(last)) return time(value);
  if (/^sources?$/.test(last)) return value.split(", ").map((one) => word("sources", one)).join(", ");
  if (/^(namespaces?|kinds?)$/.test(last)) return value.split(", ").map((one) => anyWord(one)).join(", ");
  if (/^(consents|purpose)$/.test(last)) return value.split(", ").map((one) => word("purposes", one)).join(", ");
  if (last === "address") return address(value);
  if (last === "comparison") return word("comparisons", value);
  return last === "rule" ? word("rules", value) : last === "stage" ? word("stages", value) : value;
}

const anyWord = (name) => [word("namespaces", name), word("events", name), word("roles", name)].find((one) => one !== plain(name)) ?? plain(name);

// The last part of a path in words; with the part before it where two would be called the same.
function headings(paths) {
  const last = (path, parts) => path.split(".").filter((part) => !["node", "entity"].includes(part) || path === part).slice(-parts).map((part) => texts.words.columns[part] ?? plain(part)).join(" › ");
  return paths.map((path) => (paths.filter((other) => last(other, 1) === last(path, 1)).length > 1 ? last(path, 2) : last(path, 1)));
}

function Table({ table, title }) {
  const owners = new Set(table.columns[0] === "of" ? table.rows.map((row) => row[0]) : []);
  const from = owners.size === 1 ? 1 : 0;
  const columns = table.columns.slice(from);
  const rows = table.rows.map((row) => row.slice(from));
  const numeric = columns.map((_, at) => rows.every((row) => row[at] === null || row[at] === undefined || typeof row[at] === "number"));
  const names = headings(columns);
  return html`<div class="answer-table"><h3>${title} ${table.title && html`<span class="count">${rows.length}</span>`}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label=${title}><table class="list">
      <thead><tr>${names.map((column, at) => html`<th scope="col" key=${columns[at]} class=${numeric[at] ? "num" : ""}>${column}</th>`)}</tr></thead>
      <tbody>${rows.map((row, at) => html`<tr key=${at}>${row.map((value, column) => html`<td key=${column} class=${numeric[column] ? "num" : ""}>${shownCell(columns[column], value)}</td>`)}</tr>`)}</tbody>
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
  const titles = useMemo(() => headings(tables.map((one) => one.title)), [tables]);
  const largest = tables.reduce((best, one) => (!best || one.rows.length > best.rows.length ? one : best), null);
  return html`<${Card} title=${t("questions.answer")} id="answer-card" aside=${html`<div class="actions">
      ${largest && html`<button type="button" onClick=${() => save(`${question.name}.csv`, csv(largest.columns, largest.rows), "text/csv;charset=utf-8")}><${Icon} of="download" />${t("questions.csv")}</button>`}
      <button type="button" onClick=${() => save(`${question.name}.json`, JSON.stringify(data, null, 2), "application/json")}><${Icon} of="download" />${t("questions.json")}</button></div>`}>
    ${network && html`<${Graph} network=${network} />`}
    ${tables.map((table, at) => html`<${Table} key=${table.title} table=${table} title=${titles[at] || t("questions.summary")} />`)}
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
