// A record: the row as its source had it, what it was read as, what it carries, and whom it belongs to.
import { ask } from "../app/ask.js";
import { chosenConfidence, idOfPage } from "../app/given.js";
import { date, time } from "../app/formats.js";
import { Badge, Card, Empty, Icon, Loading, Period, Problem, Value, addressOf, html, nameOf, ready, show, titled, to, useAnswer, useEffect, word } from "../app/view.js";
import { plain, t } from "../app/texts.js";
import { shown } from "../parts/golden.js";

const id = idOfPage();

const textOf = (value) => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

function Pairs({ of, label, form }) {
  const rows = Object.entries(of ?? {}).filter(([, value]) => value !== null && value !== "");
  if (rows.length === 0) return html`<${Empty}>${t("record.empty")}<//>`;
  return html`<dl class="pairs">${rows.map(([name, value]) => html`<div key=${name}><dt>${label(name)}</dt><dd>${form(name, textOf(value))}</dd></div>`)}</dl>`;
}

function RecordPage() {
  const [state, again] = useAnswer(() => ask("support/record", { id, confidence: chosenConfidence() }), []);
  const record = state.data?.record;
  useEffect(() => {
    if (!record) return;
    titled(record.key);
    ready();
  }, [record]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!record) return html`<div class="page-head"><h1>${t("titles.record")}</h1></div><${Loading} lines=${6} />`;
  return html`<div class="page-head">
      <p class="kicker"><${Icon} of="record" />${t("record.of", { source: word("sources", record.source) })}</p>
      <h1 class="long">${record.recordId}</h1>
      <p class="badges">${!record.live && html`<${Badge} kind="warn">${t("record.deleted")}<//>`}<${Badge}>${t("record.observed", { date: date(record.observedAt) })}<//><${Badge}>${t("record.ingested", { time: time(record.ingestedAt) })}<//></p>
      ${record.entity && html`<p class="belongs">${t("record.belongs")} <a href=${addressOf(record.entity)}><strong>${nameOf(record.entity)}</strong></a> · ${t("person.records", { count: record.entity.size })}</p>`}
    </div>
    <div class="two">
      <${Card} title=${t("record.raw")} id="raw-card"><${Pairs} of=${record.raw} label=${plain} form=${(name, value) => html`<span class="code">${value}</span>`} /><//>
      <${Card} title=${t("record.fields")} id="fields-card"><${Pairs} of=${record.fields} label=${(name) => word("fields", name)} form=${shown} /><//>
      <${Card} title=${t("record.carries")} id="carries-card" aside=${t("cards.total", { count: record.identifiers.totalCount })}>
        <ul class="carried">${record.identifiers.edges.map((edge) => html`<li key=${edge.node.id}>
          <${Icon} of=${edge.node.namespace} size=${16} /><span><span class="muted">${word("namespaces", edge.node.namespace)}</span><br /><a href=${to("identifier", edge.node.id)}><${Value} kind=${edge.node.namespace} value=${edge.node.value} /></a></span>
          <span class="facts">${edge.verified && html`<${Badge} kind="good">${t("identities.verified")}<//>`} ${edge.until && html`<${Badge}>${t("identities.former")}<//>`} <${Period} since=${edge.since} until=${edge.lastSeen} /></span>
        </li>`)}</ul>
      <//>
    </div>`;
}

show(RecordPage);
