// The identity graph of a person: records, what they carry, the matches between them, and the weakest link.
import { ask } from "../app/ask.js";
import { bits, identifier, number, percent } from "../app/formats.js";
import { Icon, Loading, Problem, addressOf, html, nameOf, to, useAnswer, useMemo, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";
import { Network } from "./network.js";
import { Waterfall } from "./waterfall.js";

const CLASSES = {
  email: "contact", phone: "contact", address: "contact", social: "contact",
  cookie: "device", device: "device", mobile_token: "device", ip: "device",
};
const MORE = 24;

const short = (text) => (text.length > 26 ? `${text.slice(0, 25)}…` : text);
const isWeakest = (bond, weakest) => Boolean(weakest) && bond.left === weakest.left && bond.right === weakest.right && bond.bits === weakest.bits;

// What cytoscape draws, out of the operation's answer.
export function elementsOf(person) {
  const inside = new Set(person.records.edges.map((edge) => edge.node.id));
  const weakest = person.weakestLink?.strongest;
  const nodes = person.records.edges.map(({ node }) => ({ data: { id: node.id, kind: "record", label: short(node.key), key: node.key }, classes: "record" }));
  const edges = [];
  for (const { node, kind, records } of person.identities.edges) {
    const total = node.records.totalCount;
    const hub = total > records.length;
    const shown = identifier(kind, node.value);
    const label = hub ? `${short(shown)} · ${t("graph.carriers", { count: number(total) })}` : short(shown);
    nodes.push({ data: { id: node.id, kind: "identifier", namespace: kind, label, value: shown, total, inside: records.length }, classes: [CLASSES[kind] ?? "account", hub ? "hub" : ""].join(" ") });
    for (const record of records.filter((one) => inside.has(one))) edges.push({ data: { id: `${record}-${node.id}`, source: record, target: node.id, kind: "carries" }, classes: "carries" });
  }
  for (const { node } of person.bonds.edges) {
    if (!inside.has(node.left) || !inside.has(node.right)) continue;
    const weak = isWeakest(node, weakest);
    const width = node.bits === null ? 5 : Math.max(1, Math.min(7, node.bits / 4));
    edges.push({
      data: { id: `${node.left}-${node.right}-${node.judgedBy ?? "match"}`, source: node.left, target: node.right, kind: "match", bits: node.bits, probability: node.probability, judgedBy: node.judgedBy, width, says: weak ? t("graph.weakest") : "" },
      classes: [node.judgedBy ? "judged" : "match", weak ? "weakest" : ""].join(" "),
    });
  }
  return [...nodes, ...edges];
}

function rowsOf(person, elements) {
  const keys = Object.fromEntries(person.records.edges.map(({ node }) => [node.id, node.key]));
  const rows = [];
  for (const { data, classes } of elements) {
    if (data.kind !== "match") continue;
    const how = data.judgedBy ? t("graph.judged", { by: data.judgedBy }) : t("graph.match");
    const weight = data.bits === null ? "" : t("graph.weighs", { bits: bits(data.bits) });
    rows.push({ data, cells: [keys[data.source], keys[data.target], how, weight, classes.includes("weakest") ? t("graph.weakest") : ""] });
  }
  for (const { node, kind, records } of person.identities.edges) {
    for (const record of records.filter((one) => keys[one])) {
      const cells = [keys[record], identifier(kind, node.value), t("graph.carries", { kind: word("namespaces", kind).toLowerCase() }), t("graph.carriers", { count: number(node.records.totalCount) }), ""];
      rows.push({ data: { id: `${record}-${node.id}`, kind: "carries" }, cells });
    }
  }
  return rows;
}

function Pair({ data, keys, confidence, reject }) {
  const [state] = useAnswer(() => ask("support/why-records", { a: data.source, b: data.target, confidence }, { latest: "why" }), [data.id, confidence]);
  if (state.error) return html`<${Problem} error=${state.error} />`;
  if (state.loading) return html`<${Loading} />`;
  const { why } = state.data;
  const title = t("graph.between", { a: keys[data.source] ?? data.source, b: keys[data.target] ?? data.target });
  return html`<h3>${title}</h3>
    ${data.judgedBy && html`<p>${t("graph.judged", { by: data.judgedBy })}</p>`}
    ${why.direct && why.direct.evidence.length > 0 ? html`<${Waterfall} bond=${why.direct} title=${t("waterfall.caption", { probability: percent(why.probability ?? 0) })} />` : html`<p>${why.says}</p>`}
    ${reject && html`<p class="actions"><button type="button" onClick=${() => reject({ id: data.source, name: keys[data.source] }, { id: data.target, name: keys[data.target] })}><${Icon} of="cross" size=${15} />${t("judging.reject_link")}</button></p>`}`;
}

function Carried({ data, expand, expanded }) {
  const others = data.total - data.inside;
  return html`<h3><${Icon} of=${data.namespace} /> ${data.value}</h3>
    <p>${t("graph.carried_by", { count: data.total, inside: data.inside })}</p>
    <p class="actions"><a href=${to("identifier", data.id)}>${t("graph.all_carriers")}</a>
    ${others > 0 && !expanded && html`<button type="button" onClick=${() => expand(data)}>${t("graph.expand", { count: Math.min(others, MORE) })}</button>`}</p>`;
}

export function IdentityGraph({ id, confidence, version, reject }) {
  const [state, again] = useAnswer(() => ask("support/identity-graph", { id, confidence }, { latest: "graph" }), [id, confidence, version]);
  const [chosen, setChosen] = useState(null);
  const [grown, setGrown] = useState([]);
  const [expanded, setExpanded] = useState([]);
  const person = state.data?.person;
  const elements = useMemo(() => (person ? elementsOf(person) : []), [person]);
  const keys = useMemo(() => Object.fromEntries((person?.records.edges ?? []).map(({ node }) => [node.id, node.key])), [person]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!person) return html`<${Loading} lines=${6} />`;

  const expand = async (data) => {
    const { identifier: found } = await ask("support/carriers", { id: data.id, confidence, first: MORE });
    const more = [];
    for (const { node } of found.records.edges.filter((edge) => !keys[edge.node.id])) {
      more.push({ data: { id: node.id, kind: "record", label: short(node.key), key: node.key }, classes: "record" });
      more.push({ data: { id: `${node.id}-${data.id}`, source: node.id, target: data.id, kind: "carries" } });
      if (!node.entity) continue;
      more.push({ data: { id: node.entity.id, kind: "entity", label: nameOf(node.entity), href: addressOf(node.entity) }, classes: "entity" });
      more.push({ data: { id: `${node.id}-${node.entity.id}`, source: node.id, target: node.entity.id, kind: "is" } });
    }
    const left = found.records.totalCount - found.records.edges.length;
    if (left > 0) {
      more.push({ data: { id: `more-${data.id}`, kind: "more", label: t("states.more", { count: left }), href: to("identifier", data.id) }, classes: "more" });
      more.push({ data: { id: `more-${data.id}-edge`, source: data.id, target: `more-${data.id}`, kind: "carries" } });
    }
    setExpanded([...expanded, data.id]);
    setGrown(more);
  };
  const detail = !chosen ? null
    : chosen.kind === "match" ? html`<${Pair} key=${chosen.id} data=${chosen} keys=${keys} confidence=${confidence} reject=${reject} />`
    : chosen.kind === "identifier" ? html`<${Carried} data=${chosen} expand=${expand} expanded=${expanded.includes(chosen.id)} />`
    : chosen.kind === "record" ? html`<h3>${chosen.key}</h3><p><a href=${to("record", chosen.id)}>${t("graph.open_record")}</a></p>`
    : chosen.href ? html`<p><a href=${chosen.href}>${chosen.label}</a></p>` : null;
  const hidden = person.records.totalCount - person.records.edges.length + person.identities.totalCount - person.identities.edges.length;
  const says = t("graph.says", { records: person.records.totalCount, identities: person.identities.totalCount, links: person.bonds.totalCount });
  const columns = ["from", "towards", "link", "weight", "remark"].map((name) => t(`graph.columns.${name}`));
  return html`<div class=${state.stale ? "stale" : ""}>
    <${Network} elements=${elements} columns=${columns} rows=${rowsOf(person, elements)} picked=${setChosen} detail=${detail} says=${says} grown=${grown} />
    <ul class="legend">
      <li><i class="mark record"></i>${t("graph.legend.record")}</li><li><i class="mark contact"></i>${t("graph.legend.contact")}</li>
      <li><i class="mark account"></i>${t("graph.legend.account")}</li><li><i class="mark device"></i>${t("graph.legend.device")}</li>
      <li><i class="mark match"></i>${t("graph.legend.match")}</li><li><i class="mark weakest"></i>${t("graph.legend.weakest")}</li>
    </ul>
    ${!chosen && html`<p class="hint">${t("graph.hint")}</p>`}
    ${hidden > 0 && html`<p class="hint">${t("graph.hidden", { count: hidden })}</p>`}
  </div>`;
}
