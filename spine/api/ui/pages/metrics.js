// The graph in figures: counts, clusters, busiest identifiers, and what the model has learned.
import { ask } from "../app/ask.js";
import { bits, identifier, number, percent } from "../app/formats.js";
import { Card, Loading, Problem, html, ready, show, useAnswer, useEffect, word } from "../app/view.js";
import { t } from "../app/texts.js";
import { Bars, Columns, Curve, Twin } from "../parts/charts.js";

function Asked({ name, view: View, title, id }) {
  const [state, again] = useAnswer(() => ask(name), []);
  return html`<${Card} title=${title} id=${id}>
    ${state.loading && html`<${Loading} lines=${4} />`}
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${state.data && html`<${View} data=${state.data} />`}
  <//>`;
}

function Counts({ data }) {
  return html`<dl class="tiles flat">${data.status.counts.map((one) => html`<div class="tile" key=${one.name}><dt>${word("counts", one.name)}</dt><dd>${number(one.count)}</dd></div>`)}</dl>`;
}

// At most a dozen columns: what is rarer stands together at the end.
function folded(sizes) {
  const shown = sizes.slice(0, 11);
  const rest = sizes.slice(11);
  const rows = shown.map((one) => ({ name: one.size, label: number(one.size), count: one.components }));
  if (rest.length) rows.push({ name: "rest", label: `${number(rest[0].size)}+`, count: rest.reduce((all, one) => all + one.components, 0) });
  return rows;
}

function Clusters({ data }) {
  const found = data.graphMetrics;
  return html`<p class="facts">${t("metrics.facts", { nodes: number(found.nodes), components: number(found.components), largest: number(found.largest[0]?.size ?? 0), bridges: number(found.bridgeCount) })}</p>
    <div class="pair-of-charts">
      <${Columns} caption=${t("metrics.cluster_sizes")} unit=${t("metrics.cluster_size")} rows=${folded(found.sizes)} />
      <${Columns} caption=${t("metrics.degrees")} unit=${t("metrics.degree")} rows=${found.degrees.map((one) => ({ name: one.least, label: one.least === one.most ? number(one.least) : `${one.least}–${one.most}`, count: one.nodes }))} />
    </div>`;
}

function Busiest({ data }) {
  const rows = data.graphMetrics.hubs.map((one) => ({
    name: one.node.id, count: one.degree,
    label: html`<a href=${`/id/${one.node.id}`}>${identifier(/^\+\d{7,}$/.test(one.node.label) ? "phone" : one.node.label.includes(", ") ? "address" : "", one.node.label)}</a>`,
  }));
  return html`<${Bars} caption=${t("metrics.busiest_says")} rows=${rows} />`;
}

// Per comparison the span between its strongest evidence against and for; every outcome stands in the table.
function Weights({ model }) {
  const names = [...new Set(model.levels.map((one) => one.comparison))];
  const spans = names.map((name) => {
    const weights = model.levels.filter((one) => one.comparison === name).map((one) => one.bits);
    return { name, low: Math.min(0, ...weights), high: Math.max(0, ...weights) };
  }).sort((a, b) => b.high - a.high);
  const low = Math.min(...spans.map((one) => one.low));
  const high = Math.max(...spans.map((one) => one.high));
  const place = (value) => `${(100 * (value - low)) / (high - low)}%`;
  const wide = (from, to) => `${(100 * (to - from)) / (high - low)}%`;
  return html`<table class="bars spans"><caption>${t("metrics.weights_says")}</caption>
      <thead class="unseen"><tr><th scope="col">${t("waterfall.comparison")}</th><td></td><th scope="col">${t("metrics.range")}</th></tr></thead>
      <tbody>${spans.map((one) => html`<tr key=${one.name}><th scope="row">${word("comparisons", one.name)}</th>
        <td class="bar-cell" aria-hidden="true"><i class="against" style=${{ left: place(one.low), width: wide(one.low, 0) }}></i><i class="for" style=${{ left: place(0), width: wide(0, one.high) }}></i></td>
        <td class="num">${bits(one.low)} … ${bits(one.high)}</td></tr>`)}</tbody></table>
    <${Twin} head=${[t("waterfall.comparison"), t("waterfall.found"), t("waterfall.bits")]} rows=${model.levels.map((one) => [word("comparisons", one.comparison), one.label, bits(one.bits)])} />`;
}

const NINES = [0.9, 0.99, 0.999, 0.9999];
const MOST = 5;

function Calibration({ model }) {
  const points = model.calibration.map((one) => ({ x: one.bits, y: Math.min(MOST, -Math.log10(Math.max(1e-6, 1 - one.probability))), cells: [bits(one.bits), percent(one.probability)] }));
  return html`<${Curve} caption=${t("metrics.calibration_says")} points=${points} head=${[t("metrics.bits"), t("metrics.probability")]}
    xs=${[-10, -5, 0, 5, 10, 15, 20].map((at) => ({ at, label: bits(at).replace(/[.,]0$/, "") }))}
    ys=${[{ at: 0, label: percent(0) }, ...NINES.map((one) => ({ at: -Math.log10(1 - one), label: percent(one) })), { at: MOST, label: percent(0.99999) }]} />`;
}

function Models() {
  const [state, again] = useAnswer(() => ask("analysis/model"), []);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!state.data) return html`<${Loading} />`;
  return [...state.data.status.models].reverse().map((model) => html`<div class="two" key=${model.kind}>
    <${Card} title=${t("metrics.weights", { kind: word("kinds", model.kind) })} id=${`weights-${model.kind}`} aside=${t("metrics.model", { version: model.version })}><${Weights} model=${model} /><//>
    <${Card} title=${t("metrics.calibration", { kind: word("kinds", model.kind) })} id=${`calibration-${model.kind}`}><${Calibration} model=${model} /><//>
  </div>`);
}

function MetricsPage() {
  useEffect(ready, []);
  return html`<div class="page-head"><h1>${t("titles.metrics")}</h1><p class="lead">${t("metrics.lead")}</p></div>
    <${Asked} name="analysis/status" title=${t("metrics.counts")} id="counts-card" view=${Counts} />
    <div class="two stacked">
      <${Asked} name="analysis/graph-shape" title=${t("metrics.clusters")} id="clusters-card" view=${Clusters} />
      <${Asked} name="analysis/busiest-identifiers" title=${t("metrics.busiest")} id="busiest-card" view=${Busiest} />
    </div>
    <${Models} />`;
}

show(MetricsPage);
