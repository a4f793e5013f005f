// An identifier: how its kind behaves, and who carries it, page by page however many there are.
import { ask } from "../app/ask.js";
import { chosenConfidence, idOfPage } from "../app/given.js";
import { identifier, number } from "../app/formats.js";
import { Badge, Card, Icon, Loading, Period, Problem, addressOf, html, nameOf, ready, show, titled, to, useEffect, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";

const id = idOfPage();
const PAGE = 50;

function Carriers({ edges }) {
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label=${t("states.table_of", { name: t("identifier.carriers") })}><table class="list">
    <thead><tr>${["holder", "record", "source", "period", "state"].map((name) => html`<th scope="col" key=${name}>${t(`identifier.columns.${name}`)}</th>`)}</tr></thead>
    <tbody>${edges.map(({ node, since, lastSeen, verified, until }) => html`<tr key=${node.id}>
      <td>${node.entity ? html`<a href=${addressOf(node.entity)}>${nameOf(node.entity)}</a>` : html`<span class="muted">${t("identifier.nobody")}</span>`}</td>
      <td><a href=${to("record", node.id)} class="code">${node.key}</a></td>
      <td>${word("sources", node.source)}</td>
      <td class="tight"><${Period} since=${since} until=${lastSeen} /></td>
      <td class="tight">${verified && html`<${Badge} kind="good">${t("identities.verified")}<//> `}${until && html`<${Badge}>${t("identities.former")}<//> `}${!node.live && html`<${Badge} kind="warn">${t("record.deleted")}<//>`}</td>
    </tr>`)}</tbody>
  </table></div>`;
}

function IdentifierPage() {
  const [state, setState] = useState({ edges: [], loading: true });
  const more = async () => {
    setState((old) => ({ ...old, loading: true, error: undefined }));
    try {
      const { identifier: found } = await ask("support/carriers", { id, confidence: chosenConfidence(), first: PAGE, after: state.records?.pageInfo.endCursor });
      setState((old) => ({ found, records: found.records, edges: [...old.edges, ...found.records.edges], loading: false }));
    } catch (error) {
      setState((old) => ({ ...old, error, loading: false }));
    }
  };
  useEffect(() => { more(); }, []);
  const { found, records, edges } = state;
  useEffect(() => {
    if (!found) return;
    titled(identifier(found.namespace, found.value));
    ready();
  }, [found]);
  if (!found) return state.error ? html`<${Problem} error=${state.error} again=${more} />` : html`<div class="page-head"><h1>${t("titles.identifier")}</h1></div><${Loading} lines=${6} />`;
  const holders = new Set(edges.map((edge) => edge.node.entity?.id).filter(Boolean));
  return html`<div class="page-head">
      <p class="kicker"><${Icon} of=${found.namespace} />${word("namespaces", found.namespace)}</p>
      <h1 class="long">${identifier(found.namespace, found.value)}</h1>
      <p class="badges"><${Badge} kind="accent" title=${t(`identifier.policies.${found.policy}`)}>${t(`identifier.policy.${found.policy}`)}<//><${Badge}>${t("search.carried", { count: records.totalCount, number: number(records.totalCount) })}<//></p>
    </div>
    ${records.totalCount > 50 && html`<div class="notice warn"><${Icon} of="warning" /><p>${t("identifier.crowded", { count: number(records.totalCount) })}</p></div>`}
    <${Card} title=${t("identifier.carriers")} id="carriers-card" aside=${t("identifier.shown", { shown: number(edges.length), total: number(records.totalCount), holders: number(holders.size) })}>
      <${Carriers} edges=${edges} />
      ${state.error && html`<${Problem} error=${state.error} again=${more} />`}
      <p class="actions">${records.pageInfo.hasNextPage && html`<button type="button" disabled=${state.loading} onClick=${more}>${t("identifier.next", { count: PAGE })}</button>`}
      ${!records.pageInfo.hasNextPage && records.truncated && html`<span class="hint">${t("identifier.capped", { shown: number(edges.length) })}</span>`}</p>
    <//>`;
}

show(IdentifierPage);
