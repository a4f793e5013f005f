// A person: who it is, at a confidence that can be moved while watching.
import { ask } from "../app/ask.js";
import { chosenConfidence, defaultConfidence, idOfPage, mayChange } from "../app/given.js";
import { percent } from "../app/formats.js";
import { Badge, Card, Icon, Loading, Problem, Sure, addressOf, html, nameOf, ready, show, titled, useAnswer, useEffect, useRef, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";
import { ConsentCard, EmployerCard, HouseholdCard, QuestionCard } from "../parts/cards.js";
import { ConfirmDialog } from "../parts/confirming.js";
import { JudgeDialog } from "../parts/judging.js";
import { Written } from "../parts/outcome.js";
import { ConfidenceSlider } from "../parts/confidence.js";
import { FactsCard } from "../parts/facts.js";
import { Golden, addressLine, shown } from "../parts/golden.js";
import { Identities } from "../parts/identities.js";
import { IdentityGraph } from "../parts/identity-graph.js";
import { Timeline } from "../parts/timeline.js";

const id = idOfPage();

// Those that another confidence brings in or leaves out, as sentences with links.
function Changes({ person, reference, judge }) {
  const left = person.others.filter((one) => one.probability >= reference.confidence && person.confidence > reference.confidence);
  const near = person.others.filter((one) => !left.includes(one));
  const gained = person.size - reference.size;
  return html`<div class="changes" aria-live="polite">
    ${left.length > 0 && html`<div class="notice warn"><${Icon} of="warning" /><div>
      <p><strong>${t("person.splits", { count: left.length, confidence: percent(person.confidence) })}</strong></p>
      <ul>${left.map((one) => html`<li key=${one.entity.id}><a href=${addressOf(one.entity)}>${nameOf(one.entity)}</a> · ${t("person.records", { count: one.entity.size })} · ${t("person.until", { probability: percent(one.probability) })}</li>`)}</ul>
    </div></div>`}
    ${gained > 0 && html`<div class="notice"><${Icon} of="record" /><p>${t("person.joined", { count: gained, confidence: percent(person.confidence) })}</p></div>`}
    ${near.length > 0 && html`<${Near} near=${near} judge=${judge} />`}
  </div>`;
}

function Near({ near, judge }) {
  return html`<div class="notice"><${Icon} of="person" /><div>
    <p><strong>${t("person.near", { count: near.length })}</strong></p>
    <ul>${near.slice(0, 5).map((one) => html`<li key=${one.entity.id}><a href=${addressOf(one.entity)}>${nameOf(one.entity)}</a> · ${t("person.records", { count: one.entity.size })} <${Sure} value=${one.probability} label=${t("person.same_person")} />
      ${mayChange && html`<button type="button" class="small" onClick=${() => judge(one.entity)}>${t("judging.compare")}</button>`}</li>`)}</ul>
    ${near.length > 5 && html`<p class="hint">${t("states.more", { count: near.length - 5 })}</p>`}
  </div></div>`;
}

function Head({ person, at, settle }) {
  const of = Object.fromEntries(person.golden.map((one) => [one.name, shown(one.name, one.value)]));
  const facts = [of.birth_date && t("person.born", { date: of.birth_date }), addressLine(person.golden), of.email, of.phone].filter(Boolean);
  const sources = new Set(person.identities.edges.flatMap((edge) => edge.sources));
  return html`<div class="page-head person-head">
    <div class="who">
      <h1>${nameOf(person)}</h1>
      <p class="facts">${facts.map((fact) => html`<span key=${fact}>${fact}</span>`)}</p>
      <p class="badges">
        ${person.stage && html`<${Badge} kind="accent" title=${t("person.stage")}>${word("stages", person.stage)}<//>`}
        <${Badge}>${t("person.records", { count: person.size })}<//>
        <${Badge}>${t("person.sources", { count: sources.size })}<//>
        ${person.size > 1 && html`<span class="weakest">${t("person.weakest")} <${Sure} value=${person.cohesion} /></span>`}
      </p>
    </div>
    <${ConfidenceSlider} value=${at} steps=${person.steps} size=${person.size} onSettled=${settle} />
  </div>`;
}

function PersonPage() {
  const [at, setAt] = useState(chosenConfidence());
  const [state, again] = useAnswer(() => ask("support/person", { id, confidence: at }, { latest: "person" }), [at]);
  const reference = useRef(null);
  const [judged, setJudged] = useState(null);
  const [confirmed, setConfirmed] = useState(null);
  const [written, setWritten] = useState(null);
  const anew = () => {
    reference.current = null;
    again();
  };
  const person = state.data?.person;
  useEffect(() => {
    const address = new URL(location.href);
    if (at === defaultConfidence) address.searchParams.delete("confidence");
    else address.searchParams.set("confidence", String(at));
    history.replaceState(null, "", address);
  }, [at]);
  useEffect(() => {
    if (!person) return;
    titled(nameOf(person));
    ready();
  }, [person]);
  if (state.error && !person) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!person) return html`<div class="page-head"><h1>${t("titles.person")}</h1></div><${Loading} lines=${8} />`;
  if (!state.stale) reference.current ??= person;
  const here = new Set(person.identities.edges.map((edge) => edge.node.id));
  const self = { id: person.id, name: nameOf(person) };
  const names = Object.fromEntries([person, ...person.others.map((one) => one.entity)].map((one) => [one.id, nameOf(one)]));
  const judge = (b, verdict, a = self) => setJudged({ a, b, verdict, names });
  const confirm = mayChange ? (asked) => setConfirmed({ subject: self, asked, names }) : null;
  const done = (deed) => {
    setJudged(null);
    setConfirmed(null);
    setWritten(deed);
    anew();
  };
  const gone = reference.current && person.confidence > reference.current.confidence ? reference.current.identities.edges.filter((edge) => !here.has(edge.node.id)) : [];
  return html`
    <${Head} person=${person} at=${at} settle=${setAt} />
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${written && html`<${Written} deed=${written} again=${anew} close=${() => setWritten(null)} />`}
    <${Changes} person=${person} reference=${reference.current ?? person} judge=${(entity) => judge({ id: entity.id, name: nameOf(entity) }, "SAME")} />
    ${judged && html`<${JudgeDialog} ...${judged} close=${() => setJudged(null)} done=${done} />`}
    ${confirmed && html`<${ConfirmDialog} ...${confirmed} close=${() => setConfirmed(null)} done=${done} />`}
    <div class=${`person-grid ${state.stale ? "stale" : ""}`}>
      <div class="column">
        <${QuestionCard} question=${person.nextBestQuestion} confirm=${confirm} />
        <${Card} title=${t("cards.golden")} id="golden-card"><${Golden} attributes=${person.golden} /><//>
        <${ConsentCard} consents=${person.consents} />
        <${HouseholdCard} edges=${person.households.edges} self=${person.id} />
        <${EmployerCard} edges=${person.employers.edges} />
      </div>
      <div class="column">
        <${Card} title=${t("cards.identities")} id="identities-card" aside=${t("cards.total", { count: person.identities.totalCount })}>
          <${Identities} edges=${person.identities.edges} gone=${gone} total=${person.identities.totalCount} at=${at} confirm=${confirm} />
        <//>
      </div>
      <div class="column">
        <${Card} title=${t("cards.graph")} id="graph-card" kind="graph-card"><${IdentityGraph} id=${id} confidence=${at} version=${person} reject=${mayChange ? (a, b) => judge(b, "DIFFERENT", a) : null} /><//>
        <${FactsCard} id=${id} confidence=${at} version=${person} />
        <${Card} title=${t("cards.timeline")} id="timeline-card"><${Timeline} id=${id} confidence=${at} /><//>
      </div>
    </div>`;
}

show(PersonPage);
