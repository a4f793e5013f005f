// What happened, newest first, by month; kinds can be chosen, and more is fetched when asked for.
import { ask, isAborted } from "../app/ask.js";
import { money, monthOf, time } from "../app/formats.js";
import { Badge, Empty, Icon, Loading, Problem, html, useEffect, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";

const KINDS = ["order", "invoice", "subscription", "ticket", "chat", "visit", "login", "touch"];

export function Timeline({ id, confidence }) {
  const [kind, setKind] = useState("");
  const [found, setFound] = useState({ edges: [], loading: true });
  const more = async (after, before) => {
    try {
      const variables = { id, confidence, kinds: kind ? [kind] : null, first: 20, after };
      const { person } = await ask("support/timeline", variables, { latest: "timeline" });
      setFound({ ...person.events, edges: [...before, ...person.events.edges] });
    } catch (error) {
      if (!isAborted(error)) setFound({ edges: [], error });
    }
  };
  useEffect(() => {
    setFound((old) => ({ ...old, loading: true }));
    more(null, []);
  }, [id, confidence, kind]);
  const months = new Map();
  for (const edge of found.edges) months.set(monthOf(edge.node.at), [...(months.get(monthOf(edge.node.at)) ?? []), edge]);
  return html`<div class="timeline">
    <div class="choices" role="group" aria-label=${t("timeline.kinds")}>
      ${["", ...KINDS].map((one) => html`<button type="button" key=${one} aria-pressed=${String(kind === one)} onClick=${() => setKind(one)}>${one ? word("events", one) : t("timeline.all")}</button>`)}
    </div>
    ${found.error && html`<${Problem} error=${found.error} again=${() => more(null, [])} />`}
    ${found.loading && found.edges.length === 0 && html`<${Loading} />`}
    ${!found.loading && !found.error && found.edges.length === 0 && html`<${Empty}>${kind ? t("timeline.none_of_kind") : t("timeline.none")}<//>`}
    ${[...months].map(([month, edges]) => html`<section key=${month}>
      <h3>${month || t("timeline.undated")}</h3>
      <ol>${edges.map(({ node, kind: through }) => html`<li key=${node.id} class="event">
        <span class="event-icon"><${Icon} of=${node.kind} size=${16} /></span>
        <div>
          <p><strong>${word("events", node.kind)}</strong> ${node.reference && html`<span class="code">${node.reference}</span>`} ${node.status && html`<${Badge}>${word("statuses", node.status)}<//>`}</p>
          <p class="facts">${[time(node.at), word("sources", node.source), node.channel && word("channels", node.channel), t("timeline.through", { kind: word("namespaces", through).toLowerCase() })].filter(Boolean).join(" · ")}</p>
        </div>
        ${node.value !== null && html`<span class="amount">${money(node.value, node.currency)}</span>`}
      </li>`)}</ol>
    </section>`)}
    ${found.pageInfo?.hasNextPage && html`<button type="button" onClick=${() => more(found.pageInfo.endCursor, found.edges)}>${t("timeline.more", { count: found.totalCount - found.edges.length })}</button>`}
  </div>`;
}
