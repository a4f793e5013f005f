// A group, opened level by level where one looks: subsidiaries are fetched when their owner is opened.
import { ask } from "../app/ask.js";
import { country, number, share } from "../app/formats.js";
import { Badge, Icon, Loading, Period, Problem, html, nameOf, to, useState } from "../app/view.js";
import { t } from "../app/texts.js";

const PAGE = 50;

function Facts({ edge, node, repeated }) {
  const owners = node.parents?.edges.filter((one) => one.share !== null) ?? [];
  const joint = (node.parents?.totalCount ?? 0) > 1;
  return html`<span class="facts">
    ${edge && html`<span>${edge.share !== null ? t("groups.share", { share: share(edge.share) }) : t("groups.share_unknown")}</span>`}
    ${node.country && html`<span>${country(node.country)}</span>`}
    ${node.employees?.totalCount > 0 && html`<span>${t("groups.employees", { count: number(node.employees.totalCount) })}</span>`}
    ${edge?.kind === "minority" && html`<${Badge}>${t("groups.minority")}<//>`}
    ${joint && html`<${Badge} kind="accent" title=${owners.map((one) => `${one.node.name} ${share(one.share)} %`).join(", ")}>${t("groups.joint", { count: node.parents.totalCount })}<//>`}
    ${repeated && html`<${Badge} kind="warn"><${Icon} of="loop" size=${13} />${t("groups.cycle")}<//>`}
    ${edge?.until && html`<${Badge}><${Period} until=${edge.until} /><//>`}
  </span>`;
}

// One organisation with what it owns. `above` are the ids on the way down: meeting one again is a circle.
export function Branch({ node, edge, above, confidence, open: begin = false, self }) {
  const [open, setOpen] = useState(begin);
  const [state, setState] = useState({ edges: [] });
  const repeated = above.includes(node.id);
  const more = async () => {
    setState((old) => ({ ...old, loading: true, error: undefined }));
    try {
      const { organisation } = await ask("analysis/group-level", { id: node.id, confidence, first: PAGE, after: state.pageInfo?.endCursor });
      const { children } = organisation;
      setState((old) => ({ edges: [...old.edges, ...children.edges], pageInfo: children.pageInfo, total: children.totalCount }));
    } catch (error) {
      setState((old) => ({ ...old, error, loading: false }));
    }
  };
  const turn = () => {
    if (!open && !state.pageInfo) more();
    setOpen(!open);
  };
  const count = node.children.totalCount;
  if (begin && !state.pageInfo && !state.loading && !state.error && count && !repeated) more();
  const name = nameOf({ ...node, __typename: "Organisation" });
  return html`<li class="branch">
    <div class="branch-line">
      ${count > 0 && !repeated ? html`<button type="button" class="quiet twist" aria-expanded=${String(open)} aria-label=${t(open ? "groups.close" : "groups.open", { name })} onClick=${turn}><${Icon} of="down" size=${16} /></button>` : html`<span class="twist"></span>`}
      ${node.id === self ? html`<strong aria-current="true">${name}</strong>` : html`<a href=${to("organisation", node.id)}>${name}</a>`}
      ${count > 0 && html`<span class="count">${t("groups.owns", { count })}</span>`}
      <${Facts} edge=${edge} node=${node} repeated=${repeated} />
    </div>
    ${open && !repeated && html`<ul class="branches">
      ${state.edges.map((one) => html`<${Branch} key=${one.node.id} node=${one.node} edge=${one} above=${[...above, node.id]} confidence=${confidence} self=${self} />`)}
      ${state.loading && html`<li><${Loading} lines=${1} /></li>`}
      ${state.error && html`<li><${Problem} error=${state.error} again=${more} /></li>`}
      ${state.pageInfo?.hasNextPage && html`<li><button type="button" onClick=${more}>${t("groups.more", { count: state.total - state.edges.length })}</button></li>`}
    </ul>`}
  </li>`;
}
