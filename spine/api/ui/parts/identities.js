// Linked identities, grouped by kind, with how sure, from where, since when and why.
import { Badge, Icon, Period, Sure, Value, html, to, word } from "../app/view.js";
import { t } from "../app/texts.js";
import { percent } from "../app/formats.js";

const ORDER = [
  "email", "phone", "address", "loyalty", "customer", "login", "social", "device", "mobile_token", "cookie", "ip",
  "account", "national_id", "employee", "master", "order", "ticket",
];

// What a customer can be asked to prove; a cookie or an address tells nothing of who answers.
export const PROVABLE = ["email", "phone", "login", "loyalty", "customer", "social", "national_id", "employee", "tax_id", "master"];

export const provable = (kind) => PROVABLE.includes(kind);

export function grouped(edges) {
  const groups = new Map();
  for (const edge of edges) groups.set(edge.kind, [...(groups.get(edge.kind) ?? []), edge]);
  const rank = (kind) => (ORDER.indexOf(kind) + 1 || ORDER.length + 1);
  return [...groups].sort((a, b) => rank(a[0]) - rank(b[0]) || a[0].localeCompare(b[0]));
}

// The reason in the words of the page: which record, over how many steps, and what spoke for and against.
export function readable(reason) {
  const names = (text) => text.replace(/\b([a-z_]+) ([^(),:;]+?(?:, \d+ \w+ apart)?) \(([+-][\d.]+(?: of [\d.]+)?) bits\)/g, (all, name, label, weight) =>
    t("why.item", { comparison: word("comparisons", name), label, bits: weight }));
  const linked = /^Carried by (\S+), linked to (\S+) at [\d.]+(?: over (\d+) steps; the weakest, between (\S+) and (\S+?))?: (.*)\.$/.exec(reason);
  if (linked) {
    const [, here, there, steps, , , why] = linked;
    return steps ? t("why.over", { here, there, steps, why: names(why) }) : t("why.linked", { here, there, why: names(why) });
  }
  const itself = /^Carried by (\S+) itself\.$/.exec(reason);
  return itself ? t("why.itself", { here: itself[1] }) : names(reason);
}

function IdentityRow({ edge, gone, at, confirm }) {
  return html`<li class=${gone ? "identity gone" : edge.current ? "identity" : "identity former"}>
    <div class="identity-line">
      <a class="value" href=${to("identifier", edge.node.id)}><${Value} kind=${edge.kind} value=${edge.node.value} /></a>
      ${gone ? html`<${Badge} kind="warn">${t("identities.leaves", { confidence: percent(at) })}<//>` : html`<${Sure} value=${edge.confidence} label=${t("identities.sure")} />`}
    </div>
    <div class="identity-facts">
      ${edge.verified && html`<${Badge} kind="good"><${Icon} of="check" size=${13} />${t("identities.verified")}<//>`}
      ${!edge.current && html`<${Badge}>${t("identities.former")}<//>`}
      ${edge.sources.map((source) => html`<${Badge} key=${source}>${word("sources", source)}<//>`)}
      <${Period} since=${edge.since} until=${edge.lastSeen} />
      ${edge.staleness?.halfLives >= 1 && html`<span class="hint" title=${edge.staleness.says}>${t(edge.staleness.halfLives >= 3 ? "identities.given_up" : "identities.stale")}</span>`}
      ${confirm && edge.current && !gone && !edge.verified && provable(edge.kind) && html`<button type="button" class="small" onClick=${() => confirm({ namespace: edge.kind, value: edge.node.value })}>${t("confirming.short")}<span class="unseen"> ${edge.node.value}</span></button>`}
    </div>
    <details><summary>${t("identities.why")}</summary><p>${readable(edge.reason)}</p></details>
  </li>`;
}

// `gone` are the identities of the first answer that this confidence leaves out; `confirm` opens a dialog about one.
export function Identities({ edges, gone = [], total, at, confirm }) {
  const all = [...edges.map((edge) => ({ edge })), ...gone.map((edge) => ({ edge, gone: true }))];
  const lost = new Set(gone);
  return html`<div class="identities">
    ${grouped(all.map((one) => one.edge)).map(([kind, some]) => html`<section key=${kind} class="identity-group">
      <h3><${Icon} of=${kind} />${word("namespaces", kind)} <span class="count">${some.filter((one) => !lost.has(one)).length}</span></h3>
      <ul>${some.map((edge) => html`<${IdentityRow} key=${edge.node.id} edge=${edge} gone=${lost.has(edge)} at=${at} confirm=${confirm} />`)}</ul>
    </section>`)}
    ${total > edges.length && html`<p class="hint">${t("identities.more", { shown: edges.length, total })}</p>`}
    ${confirm && html`<p class="actions"><button type="button" onClick=${() => confirm(null)}>${t("confirming.another")}</button></p>`}
  </div>`;
}

