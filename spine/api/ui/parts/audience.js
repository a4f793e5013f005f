// An audience out of a filter: who may be contacted for a purpose, who consent leaves out, and keeping it.
import { ask } from "../app/ask.js";
import { mayChange } from "../app/given.js";
import { number } from "../app/formats.js";
import { Card, Icon, Loading, Problem, html, nameOf, to, useAnswer, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";

const CHANNELS = ["", "EMAIL", "PHONE", "ADDRESS"];
const PARTS = ["size", "withoutConsent", "unreachable"];

// Everybody who matches, as one bar in three parts with their figures as a list.
export function Reach({ counts }) {
  const whole = Math.max(1, counts.matching);
  return html`<div class="reach">
    <div class="reach-bar" aria-hidden="true">${PARTS.map((name) => html`<i key=${name} class=${name} style=${{ width: `${(100 * counts[name]) / whole}%` }}></i>`)}</div>
    <dl>${PARTS.map((name) => html`<div key=${name}><dt><i class=${`mark ${name}`} aria-hidden="true"></i>${t(`audience.parts.${name}`)}</dt><dd>${number(counts[name])}</dd></div>`)}</dl>
  </div>`;
}

export function Files({ audience }) {
  return html`<span class="actions">${["csv", "parquet", "manifest"].map((kind) => html`<a key=${kind} class="button small" href=${audience.files[kind]} download><${Icon} of="download" size=${14} />${t(`audience.files.${kind}`)}</a>`)}</span>`;
}

function Save({ definition }) {
  const [name, setName] = useState("");
  const [state, setState] = useState({});
  const save = async (event) => {
    event.preventDefault();
    setState({ running: true });
    try {
      setState({ saved: (await ask("marketing/save-audience", { name: name.trim(), definition })).saveAudience });
    } catch (error) {
      setState({ error });
    }
  };
  return html`<form class="inline-form save" onSubmit=${save}>
      <label for="audience-name">${t("audience.name")}</label>
      <input id="audience-name" type="text" required pattern="[A-Za-z0-9][A-Za-z0-9_.\\-]*" title=${t("audience.name_rule")} value=${name} onInput=${(event) => setName(event.target.value)} />
      <button type="submit" disabled=${state.running}>${t("audience.save")}</button>
    </form>
    ${state.error && html`<${Problem} error=${state.error} />`}
    ${state.saved && html`<div class="notice good" role="status"><${Icon} of="check" /><div class="written"><p><strong>${t("audience.saved", { name: state.saved.name })}</strong> <a href="/audiences">${t("audience.all")}</a></p><${Files} audience=${state.saved} /></div></div>`}`;
}

export function AudienceCard({ filter, confidence, purposes }) {
  const [purpose, setPurpose] = useState(filter.consents?.[0] ?? (purposes.includes("marketing") ? "marketing" : purposes[0] ?? "marketing"));
  const [channel, setChannel] = useState("");
  const definition = { purpose, confidence, households: filter, ...(channel ? { channel } : {}) };
  const [state, again] = useAnswer(() => ask("marketing/audience-preview", { definition }, { latest: "audience" }), [JSON.stringify(definition)]);
  const found = state.data?.audience;
  const known = [...new Set([purpose, ...purposes])].sort();
  return html`<${Card} title=${t("audience.title")} id="audience-card">
    <div class="inline-form">
      <label for="purpose">${t("audience.purpose")}</label>
      <select id="purpose" value=${purpose} onChange=${(event) => setPurpose(event.target.value)}>${known.map((one) => html`<option key=${one} value=${one}>${word("purposes", one)}</option>`)}</select>
      <label for="channel">${t("audience.channel")}</label>
      <select id="channel" value=${channel} onChange=${(event) => setChannel(event.target.value)}>${CHANNELS.map((one) => html`<option key=${one} value=${one}>${one ? word("namespaces", one.toLowerCase()) : t("audience.any_channel")}</option>`)}</select>
    </div>
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${!found && !state.error && html`<${Loading} />`}
    ${found && html`<div class=${state.stale ? "stale" : ""}>
      <p class="reach-says" aria-live="polite"><strong>${number(found.counts.size)}</strong> ${t("audience.of", { count: found.counts.size, matching: number(found.counts.matching) })}</p>
      <${Reach} counts=${found.counts} />
      ${found.sample.length > 0 && html`<p class="facts sample">${t("audience.sample")} ${found.sample.map((one) => html`<a key=${one.id} href=${to("person", one.person.id, confidence)}>${nameOf(one.person)}</a>`)}</p>`}
      ${mayChange && found.counts.matching > 0 && html`<${Save} definition=${definition} />`}
    </div>`}
  <//>`;
}
