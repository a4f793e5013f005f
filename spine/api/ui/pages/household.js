// A household: who belongs to it, in which role, since when, and why.
import { ask } from "../app/ask.js";
import { chosenConfidence, idOfPage } from "../app/given.js";
import { address, bits, region } from "../app/formats.js";
import { Badge, Card, Icon, Loading, Period, Problem, Sure, html, nameOf, ready, show, titled, to, useAnswer, useEffect, word } from "../app/view.js";
import { t } from "../app/texts.js";

const id = idOfPage();

function Evidence({ edge, names }) {
  if (edge.evidence.length === 0) return html`<p class="facts">${edge.reason}</p>`;
  return html`<table class="reasons">
    <caption class="unseen">${t("household.why", { name: nameOf(edge.node) })}</caption>
    <thead class="unseen"><tr><th scope="col">${t("household.shares")}</th><th scope="col">${t("household.with")}</th><th scope="col">${t("waterfall.bits")}</th></tr></thead>
    <tbody>${edge.evidence.map((one, at) => html`<tr key=${at}>
      <th scope="row">${word("reasons", one.kind)}</th>
      <td>${one.sharedWith ? html`${t("household.with")} <a href=${to("person", one.sharedWith)}>${names[one.sharedWith] ?? t("household.another")}</a>` : ""}</td>
      <td class="num">${one.bits === null ? "" : t("graph.weighs", { bits: bits(one.bits) })}</td>
    </tr>`)}</tbody>
  </table>`;
}

function Member({ edge, names }) {
  const given = edge.node.consents.filter((one) => one.status === "given");
  return html`<li class="card member">
    <div class="member-head"><${Icon} of="person" size=${22} /><div>
      <h3><a href=${to("person", edge.node.id)}>${nameOf(edge.node)}</a></h3>
      <p class="facts">${[edge.kind && word("roles", edge.kind), edge.node.stage && word("stages", edge.node.stage)].filter(Boolean).join(" · ")} <${Period} since=${edge.since} until=${edge.lastSeen} both="period.seen" /></p>
    </div><${Sure} value=${edge.confidence} label=${t("cards.belongs")} /></div>
    <h4>${t("household.because")}</h4>
    <${Evidence} edge=${edge} names=${names} />
    ${edge.takesOut.length > 0 && html`<p class="facts out">${t(edge.takesOut.length > 1 ? "household.out_all" : "household.out_one", { name: nameOf(edge.node), kinds: edge.takesOut.map((one) => word("reasons", one)).join(", ") })}</p>`}
    <p class="badges">${given.map((one) => html`<${Badge} kind="good" key=${one.purpose}><${Icon} of="check" size=${13} />${word("purposes", one.purpose)}<//>`)}${given.length === 0 && html`<${Badge}>${t("household.no_consent")}<//>`}</p>
    ${edge.node.employers.edges.map((job) => html`<p class="facts employer" key=${job.node.id}><${Icon} of="organisation" size=${15} />${job.kind ? `${job.kind}, ` : ""}<a href=${to("organisation", job.node.id)}>${job.node.name}</a></p>`)}
  </li>`;
}

// Who was at home here once: found through the old address, and on to where they live now.
function Former({ connection }) {
  const { edges, totalCount } = connection;
  if (totalCount === 0) return "";
  return html`<${Card} title=${t("household.former")} id="former-card"><p class="hint">${t("household.former_why")}</p>
    <ul class="former">${edges.map((edge) => html`<li key=${edge.node.id}><a href=${to("person", edge.node.id)}>${nameOf(edge.node)}</a> <span class="facts"><${Period} since=${edge.since} until=${edge.lastSeen} both="period.seen" /></span></li>`)}</ul>
    ${totalCount > edges.length && html`<p class="hint">${t("states.more", { count: totalCount - edges.length })}</p>`}<//>`;
}

function HouseholdPage() {
  const [state, again] = useAnswer(() => ask("marketing/household", { id, confidence: chosenConfidence() }), []);
  const household = state.data?.household;
  const title = household && (address(household.address) || t("unnamed.household"));
  useEffect(() => {
    if (!household) return;
    titled(title);
    ready();
  }, [household]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!household) return html`<div class="page-head"><h1>${t("titles.household")}</h1></div><${Loading} lines=${6} />`;
  const { edges, totalCount } = household.members;
  const names = Object.fromEntries([...edges, ...household.formerMembers.edges].map((edge) => [edge.node.id, nameOf(edge.node)]));
  return html`<div class="page-head">
      <p class="kicker"><${Icon} of="household" />${t("titles.household")}</p>
      <h1>${title}</h1>
      <p class="badges"><${Badge} kind="accent">${t("cards.people", { count: household.size })}<//><${Badge}>${t("cards.adults", { count: household.adults })}<//>
        ${household.region && html`<${Badge}>${region(household.region)}<//>`}
        ${household.consents.map((one) => html`<${Badge} kind="good" key=${one}>${t("household.consents", { purpose: word("purposes", one) })}<//>`)}
        <span class="facts"><${Period} since=${household.since} until=${household.lastSeen} both="period.seen" /></span></p>
      ${household.cohesion !== null && household.size > 1 && html`<p class="facts cohesion">${t("household.cohesion")} <${Sure} value=${household.cohesion} /></p>`}
    </div>
    <h2>${t("household.members")}</h2>
    <ul class="members">${edges.map((edge) => html`<${Member} key=${edge.node.id} edge=${edge} names=${names} />`)}</ul>
    ${totalCount > edges.length && html`<p class="hint">${t("states.more", { count: totalCount - edges.length })}</p>`}
    ${totalCount === 0 && html`<p class="hint">${t("household.nobody")}</p>`}
    <${Former} connection=${household.formerMembers} />
    <${Card} title=${t("household.carries")} id="kinds-card"><p class="badges">${household.namespaces.map((one) => html`<${Badge} key=${one}><${Icon} of=${one} size=${13} />${word("namespaces", one)}<//>`)}</p>
      <p class="facts known">${t("household.known_by", { sources: household.sources.map((one) => word("sources", one)).join(", ") })}</p><//>`;
}

show(HouseholdPage);
