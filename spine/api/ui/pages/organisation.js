// An organisation: its place in the group, who owns it, who works there, and what is linked to it.
import { ask } from "../app/ask.js";
import { chosenConfidence, idOfPage } from "../app/given.js";
import { country, money, number, region, share } from "../app/formats.js";
import { Badge, Card, Empty, Icon, Loading, Period, Problem, Sure, html, nameOf, ready, show, titled, to, useAnswer, useEffect, word } from "../app/view.js";
import { plain, t } from "../app/texts.js";
import { Golden, addressLine } from "../parts/golden.js";
import { Identities } from "../parts/identities.js";
import { Branch } from "../parts/tree.js";

const id = idOfPage();
const confidence = chosenConfidence();
const named = (one) => nameOf({ ...one, __typename: "Organisation" });

function Owners({ organisation }) {
  const { edges } = organisation.parents;
  if (edges.length === 0) return html`<${Empty}>${t("organisation.top")}<//>`;
  return html`<ul class="jobs">${edges.map((edge) => html`<li key=${edge.node.id}>
    <p><a href=${to("organisation", edge.node.id)}><strong>${named(edge.node)}</strong></a> <span class="figure">${edge.share !== null ? t("groups.share", { share: share(edge.share) }) : ""}</span></p>
    <p class="facts">${t(`organisation.${edge.kind}`)} · ${edge.declared ? t("cards.declared") : t("cards.derived")} <${Period} since=${edge.since} until=${edge.until} /></p>
  </li>`)}</ul>`;
}

function Employees({ employees }) {
  if (employees.totalCount === 0) return html`<${Empty}>${t("organisation.no_employees")}<//>`;
  return html`<ul class="people">${employees.edges.map((edge) => html`<li key=${edge.node.id}><${Icon} of="person" size=${16} />
      <span><a href=${to("person", edge.node.id)}>${nameOf(edge.node)}</a> <span class="facts">${edge.kind ?? ""} <${Period} since=${edge.since} until=${edge.until} /></span></span>
      <${Sure} value=${edge.confidence} label=${t("cards.employed")} /></li>`)}</ul>
    ${employees.totalCount > employees.edges.length && html`<p class="hint">${t("states.more", { count: employees.totalCount - employees.edges.length })}</p>`}`;
}

function Group({ organisation }) {
  const [state, again] = useAnswer(() => ask("analysis/group-level", { id: organisation.ultimateParent.id, confidence, first: 0 }), []);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!state.data) return html`<${Loading} />`;
  return html`<ul class="tree"><${Branch} node=${state.data.organisation} above=${[]} confidence=${confidence} open=${true} self=${organisation.id} /></ul>`;
}

const sums = (list) => list.map((one) => money(one.amount, one.currency)).join(", ") || "–";
const ROWS = [
  ["organisations", (of) => number(of.organisations)], ["customers", (of) => number(of.customers)], ["employees", (of) => number(of.employees)],
  ["openTickets", (of) => number(of.openTickets)], ["ordered", (of) => sums(of.ordered)], ["invoiced", (of) => sums(of.invoiced)],
];

function RollUp({ organisation: { rollUp } }) {
  const alone = rollUp.group.organisations <= 1;
  return html`<table class="sums"><caption class="unseen">${t("organisation.roll_up")}</caption>
      <thead><tr><td></td><th scope="col" class="num">${t("organisation.own")}</th>${!alone && html`<th scope="col" class="num">${t("organisation.with_group")}</th>`}</tr></thead>
      <tbody>${ROWS.map(([name, shown]) => html`<tr key=${name}><th scope="row">${t(`organisation.sums.${name}`)}</th><td class="num">${shown(rollUp.own)}</td>${!alone && html`<td class="num">${shown(rollUp.group)}</td>`}</tr>`)}</tbody></table>
    ${rollUp.truncated && html`<p class="hint">${t("organisation.roll_up_truncated")}</p>`}`;
}

function OrganisationPage() {
  const [state, again] = useAnswer(() => ask("analysis/organisation", { id, confidence }), []);
  const organisation = state.data?.organisation;
  useEffect(() => {
    if (!organisation) return;
    titled(named(organisation));
    ready();
  }, [organisation]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!organisation) return html`<div class="page-head"><h1>${t("titles.organisation")}</h1></div><${Loading} lines=${8} />`;
  const top = organisation.ultimateParent;
  const place = [addressLine(organisation.golden), organisation.region && !addressLine(organisation.golden) ? region(organisation.region) : "", country(organisation.country)].filter(Boolean).join(", ");
  return html`<div class="page-head">
      <p class="kicker"><${Icon} of="organisation" />${top.id !== organisation.id ? html`${t("organisation.part_of")} <a href=${to("organisation", top.id)}>${named(top)}</a>` : t("titles.organisation")}</p>
      <h1>${named(organisation)}</h1>
      <p class="badges">${place && html`<span class="facts">${place}</span>`}<${Badge}>${t("person.records", { count: organisation.size })}<//>
        <${Badge}>${t("groups.employees", { count: organisation.employees.totalCount })}<//>
        ${organisation.cycle && html`<${Badge} kind="warn"><${Icon} of="loop" size=${13} />${t("organisation.cycle")}<//>`}</p>
    </div>
    <div class="organisation-grid">
      <div class="column">
        <${Card} title=${t("organisation.group")} id="group-card"><${Group} organisation=${organisation} /><//>
        <${Card} title=${t("organisation.employees")} id="employees-card" aside=${t("cards.total", { count: organisation.employees.totalCount })}><${Employees} employees=${organisation.employees} /><//>
        <${Card} title=${t("cards.identities")} id="identities-card" aside=${t("cards.total", { count: organisation.identities.totalCount })}><${Identities} edges=${organisation.identities.edges} total=${organisation.identities.totalCount} /><//>
      </div>
      <div class="column">
        <${Card} title=${t("organisation.roll_up")} id="roll-up-card"><${RollUp} organisation=${organisation} /><//>
        <${Card} title=${t("organisation.owners")} id="owners-card"><${Owners} organisation=${organisation} />
          ${organisation.parentExceptions.map((one) => html`<p class="hint" key=${one.level}>${t("organisation.exception", { level: plain(one.level).toLowerCase(), reason: plain(one.reason ?? ""), source: word("sources", one.source) })}</p>`)}<//>
        <${Card} title=${t("cards.golden")} id="golden-card"><${Golden} attributes=${organisation.golden} /><//>
      </div>
    </div>`;
}

show(OrganisationPage);
