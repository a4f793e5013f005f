// The cards beside a person: household, employers, consent.
import { address, date } from "../app/formats.js";
import { Badge, Card, Empty, Icon, Period, Sure, Value, html, nameOf, to, word } from "../app/view.js";
import { t } from "../app/texts.js";

// What to ask the caller next: the identifier whose answer takes most doubt away.
export function QuestionCard({ question, confirm }) {
  if (!question) return null;
  const { identifier: asked } = question;
  return html`<${Card} title=${t("cards.question")} id="question-card" kind="ask">
    <p class="asked">${t("cards.is_it_theirs", { kind: word("namespaces", asked.namespace).toLowerCase() })} <a href=${to("identifier", asked.id)}><${Value} kind=${asked.namespace} value=${asked.value} /></a></p>
    <p class="facts">${t("cards.settles", { count: question.links })}</p>
    ${confirm && html`<p class="actions"><button type="button" class="primary" onClick=${() => confirm(asked)}>${t("confirming.open")}</button></p>`}
  <//>`;
}

export function HouseholdCard({ edges, self }) {
  return html`<${Card} title=${t("cards.household", { count: edges.length })} id="household-card">
    ${edges.length === 0 && html`<${Empty}>${t("cards.no_household")}<//>`}
    ${edges.map((edge) => html`<div class="home" key=${edge.node.id}>
      <p><a href=${to("household", edge.node.id)}><strong>${address(edge.node.address) || t("unnamed.household")}</strong></a> ${!edge.current && html`<${Badge}>${t("cards.lived_before")}<//>`}</p>
      <p class="facts">${t("cards.people", { count: edge.node.size })} · ${t("cards.adults", { count: edge.node.adults })} ${edge.kind && html`· ${word("roles", edge.kind)}`} <${Period} since=${edge.since} until=${edge.lastSeen} both="period.seen" /></p>
      <ul class="people">
        ${edge.node.members.edges.map((member) => html`<li key=${member.node.id}>
          <${Icon} of="person" size=${16} />
          ${member.node.id === self ? html`<span>${nameOf(member.node)} <span class="muted">${t("cards.this_person")}</span></span>` : html`<a href=${to("person", member.node.id)}>${nameOf(member.node)}</a>`}
          <${Sure} value=${member.confidence} label=${t("cards.belongs")} />
        </li>`)}
      </ul>
      ${edge.node.size > edge.node.members.edges.length && html`<p class="hint">${t("states.more", { count: edge.node.size - edge.node.members.edges.length })}</p>`}
    </div>`)}
  <//>`;
}

export function EmployerCard({ edges }) {
  if (edges.length === 0) return null;
  return html`<${Card} title=${t("cards.employer", { count: edges.length })} id="employer-card">
    <ul class="jobs">${edges.map((edge) => html`<li key=${edge.node.id}>
      <p><a href=${to("organisation", edge.node.id)}><strong>${nameOf({ ...edge.node, __typename: "Organisation" })}</strong></a> <${Sure} value=${edge.confidence} label=${t("cards.employed")} /></p>
      <p class="facts">${edge.kind ? `${edge.kind} · ` : ""}${edge.declared ? t("cards.declared") : t("cards.derived")} <${Period} since=${edge.since} until=${edge.until} /></p>
      ${edge.node.ultimateParent.id !== edge.node.id && html`<p class="facts">${t("cards.group")} <a href=${to("organisation", edge.node.ultimateParent.id)}>${nameOf(edge.node.ultimateParent)}</a></p>`}
    </li>`)}</ul>
  <//>`;
}

export function ConsentCard({ consents }) {
  const sorted = [...consents].sort((a, b) => word("purposes", a.purpose).localeCompare(word("purposes", b.purpose)));
  return html`<${Card} title=${t("cards.consent")} id="consent-card">
    ${sorted.length === 0 && html`<${Empty}>${t("cards.no_consent")}<//>`}
    <ul class="consents">${sorted.map((one) => html`<li key=${one.id}>
      <span>${word("purposes", one.purpose)}</span>
      <${Badge} kind=${one.status === "given" ? "good" : "bad"}><${Icon} of=${one.status === "given" ? "check" : "cross"} size=${13} />${word("consents", one.status)}<//>
      <span class="facts">${[date(one.at), word("sources", one.source)].filter(Boolean).join(" · ")}</span>
    </li>`)}</ul>
  <//>`;
}
