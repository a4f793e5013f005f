// All groups: organisations that own others and are owned by none, found by the beginning of their name.
import { ask } from "../app/ask.js";
import { country, number } from "../app/formats.js";
import { Badge, Card, Empty, Loading, Problem, html, nameOf, ready, show, to, useAnswer, useEffect, useState } from "../app/view.js";
import { t } from "../app/texts.js";

function GroupsPage() {
  const [prefix, setPrefix] = useState(new URLSearchParams(location.search).get("name") ?? "");
  const [pages, setPages] = useState([]);
  const filter = { hasChildren: true, ...(prefix ? { namePrefix: prefix } : { hasParent: false }) };
  const [state, again] = useAnswer(() => ask("analysis/groups", { filter }, { latest: "groups" }), [prefix]);
  useEffect(() => setPages([]), [state.data]);
  useEffect(() => {
    if (state.data) ready();
    history.replaceState(null, "", prefix ? `?name=${encodeURIComponent(prefix)}` : location.pathname);
  }, [state.data]);
  const all = state.data ? [state.data.organisations, ...pages] : [];
  const edges = all.flatMap((page) => page.edges);
  const more = async () => {
    const { organisations } = await ask("analysis/groups", { filter, after: all.at(-1).pageInfo.endCursor });
    setPages([...pages, organisations]);
  };
  return html`<div class="page-head"><h1>${t("titles.groups")}</h1><p class="lead">${t("groups.lead")}</p></div>
    <form class="inline-form" onSubmit=${(event) => event.preventDefault()}><label for="prefix">${t("groups.by_name")}</label>
      <input id="prefix" type="text" value=${prefix} onInput=${(event) => setPrefix(event.target.value)} /></form>
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${state.loading && html`<${Loading} lines=${8} />`}
    ${state.data && html`<${Card} title=${t("groups.list")} id="groups-card" aside=${t("cards.total", { count: state.data.organisations.totalCount })}>
      ${edges.length === 0 ? html`<${Empty}>${prefix ? t("groups.none_named", { name: prefix }) : t("groups.none")}<//>` : html`<div class="scroll tall" tabindex="0" role="region" aria-label=${t("states.table_of", { name: t("groups.list") })}><table class="list">
        <thead><tr>${["name", "country", "owns", "employees"].map((name) => html`<th scope="col" key=${name} class=${["owns", "employees"].includes(name) ? "num" : ""}>${t(`groups.columns.${name}`)}</th>`)}</tr></thead>
        <tbody>${edges.map(({ node }) => html`<tr key=${node.id}><td><a href=${to("organisation", node.id)}>${nameOf({ ...node, __typename: "Organisation" })}</a> ${node.cycle && html`<${Badge} kind="warn">${t("groups.cycle")}<//>`}</td>
          <td>${country(node.country)}</td><td class="num">${number(node.children.totalCount)}</td><td class="num">${number(node.employees.totalCount)}</td></tr>`)}</tbody>
      </table></div>`}
      ${all.at(-1)?.pageInfo.hasNextPage && html`<p class="actions"><button type="button" onClick=${more}>${t("households.next")}</button></p>`}
    <//>`}`;
}

show(GroupsPage);
