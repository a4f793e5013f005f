// Households by what they hold: filters with live counts, how they are spread, the list, and a file to take away.
import { ask } from "../app/ask.js";
import { defaultConfidence } from "../app/given.js";
import { csv, save } from "../app/files.js";
import { address, number, percent, region } from "../app/formats.js";
import { Card, Empty, Icon, Loading, Problem, html, ready, show, to, useAnswer, useEffect, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";
import { AudienceCard } from "../parts/audience.js";
import { Bars, Columns } from "../parts/charts.js";

const LISTS = ["consents", "namespaces", "sources"];
const CONFIDENCES = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999];
const PLAIN = ["minAdults", "minSize", "maxSize", "region", "postcodePrefix"];

// The filter as the address has it, so that it can be sent to a colleague.
function fromAddress() {
  const asked = new URLSearchParams(location.search);
  const filter = {};
  for (const name of PLAIN) if (asked.get(name)) filter[name] = /Adults|Size/.test(name) ? Number(asked.get(name)) : asked.get(name);
  for (const name of LISTS) if (asked.getAll(name).length) filter[name] = asked.getAll(name);
  return { filter, confidence: Number(asked.get("confidence")) || defaultConfidence };
}

function toAddress({ filter, confidence }) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) for (const one of [value].flat()) asked.append(name, one);
  if (confidence !== defaultConfidence) asked.set("confidence", confidence);
  history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
}

function Filters({ asked, change, spread }) {
  const { filter, confidence } = asked;
  const set = (name, value) => {
    const next = { ...filter, [name]: value };
    if (value === "" || value === null || (Array.isArray(value) && !value.length)) delete next[name];
    change({ filter: next, confidence });
  };
  const pick = (name, from, to) => html`<div class="field"><span class="label" id=${`l-${name}`}>${t(`households.${name}`)}</span>
    <div class="choices" role="group" aria-labelledby=${`l-${name}`}>${["", ...Array.from({ length: to - from + 1 }, (_, at) => from + at)].map((one) => html`<button type="button" key=${one} aria-pressed=${String((filter[name] ?? "") === one)} onClick=${() => set(name, one)}>${one === "" ? t("households.any") : t("households.least", { count: one })}</button>`)}</div></div>`;
  const checks = (name, words, rows) => {
    const known = [...new Set([...(filter[name] ?? []), ...rows.map((row) => row.value)])].sort((a, b) => word(words, a).localeCompare(word(words, b)));
    const counts = Object.fromEntries(rows.map((row) => [row.value, row.count]));
    if (known.length === 0) return null;
    return html`<fieldset><legend>${t(`households.${name}`)}</legend>${known.map((one) => html`<label key=${one} class="check">
      <input type="checkbox" checked=${(filter[name] ?? []).includes(one)} onChange=${(event) => set(name, event.target.checked ? [...(filter[name] ?? []), one] : filter[name].filter((other) => other !== one))} />
      <span>${word(words, one)}</span><span class="count">${number(counts[one] ?? 0)}</span></label>`)}</fieldset>`;
  };
  return html`<form class="filters card" aria-label=${t("households.filters")} onSubmit=${(event) => event.preventDefault()}>
    ${pick("minAdults", 1, 4)}
    ${pick("minSize", 2, 5)}
    <div class="field"><label for="region">${t("households.region")}</label>
      <select id="region" value=${filter.region ?? ""} onChange=${(event) => set("region", event.target.value)}>
        <option value="">${t("households.any_region")}</option>
        ${[...(spread?.regions ?? [])].sort((a, b) => a.value.localeCompare(b.value)).map((row) => html`<option key=${row.value} value=${row.value}>${region(row.value)} (${number(row.count)})</option>`)}
      </select></div>
    <div class="field"><label for="postcode">${t("households.postcodePrefix")}</label><input id="postcode" type="text" size="8" value=${filter.postcodePrefix ?? ""} onInput=${(event) => set("postcodePrefix", event.target.value.trim())} /></div>
    ${spread && checks("consents", "purposes", spread.consents)}
    ${spread && checks("namespaces", "namespaces", spread.namespaces)}
    ${spread && html`<details open=${Boolean(filter.sources)}><summary>${t("households.more_filters")}</summary>${checks("sources", "sources", spread.sources)}</details>`}
    <div class="field"><label for="sure">${t("households.confidence")}</label>
      <select id="sure" value=${String(confidence)} onChange=${(event) => change({ filter, confidence: Number(event.target.value) })}>
        ${[...new Set([...CONFIDENCES, defaultConfidence, confidence])].sort().map((one) => html`<option key=${one} value=${String(one)}>${percent(one)}</option>`)}
      </select></div>
    <button type="button" onClick=${() => change({ filter: {}, confidence: defaultConfidence })} disabled=${Object.keys(filter).length === 0 && confidence === defaultConfidence}>${t("households.clear")}</button>
  </form>`;
}

const COLUMNS = ["id", "address", "postcode", "region", "size", "adults", "consents", "namespaces", "sources", "since", "lastSeen"];

// Every household of the filter, page by page, as a file.
async function download(asked, progress) {
  const rows = [];
  for (let after = null; ;) {
    const { households } = await ask("marketing/household-list", { ...asked, after });
    rows.push(...households.edges.map(({ node }) => COLUMNS.map((name) => node[name])));
    progress(rows.length);
    if (!households.pageInfo.hasNextPage) break;
    after = households.pageInfo.endCursor;
  }
  save("households.csv", csv(COLUMNS, rows), "text/csv;charset=utf-8");
}

function List({ asked, first }) {
  const [pages, setPages] = useState([]);
  useEffect(() => setPages([]), [first]);
  const last = pages.at(-1) ?? first;
  const edges = [first, ...pages].flatMap((page) => page.edges);
  const more = async () => {
    const { households } = await ask("marketing/household-list", { ...asked, first: 25, after: last.pageInfo.endCursor });
    setPages([...pages, households]);
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("states.table_of", { name: t("households.list") })}><table class="list">
      <thead><tr>${["address", "region", "size", "adults", "consents", "kinds"].map((name) => html`<th scope="col" key=${name} class=${["size", "adults"].includes(name) ? "num" : ""}>${t(`households.columns.${name}`)}</th>`)}</tr></thead>
      <tbody>${edges.map(({ node }) => html`<tr key=${node.id}>
        <td><a href=${to("household", node.id, asked.confidence)}>${address(node.address) || t("unnamed.household")}</a></td>
        <td class="tight">${region(node.region)}</td><td class="num">${node.size}</td><td class="num">${node.adults}</td>
        <td>${node.consents.map((one) => word("purposes", one)).join(", ")}</td>
        <td>${node.namespaces.map((one) => word("namespaces", one)).join(", ")}</td>
      </tr>`)}</tbody>
    </table></div>
    ${last.pageInfo.hasNextPage && html`<p class="actions"><button type="button" onClick=${more}>${t("households.next")}</button></p>`}`;
}

function Found({ asked, change, data }) {
  const { householdBreakdown: spread, households } = data;
  const [saving, setSaving] = useState("");
  const take = async () => {
    setSaving(t("households.saving", { count: 0 }));
    await download(asked, (count) => setSaving(t("households.saving", { count: number(count) })));
    setSaving(t("households.saved"));
  };
  const rows = (list, group) => list.map((row) => ({ name: row.value, label: group ? word(group, row.value) : region(row.value), count: row.count }));
  const chooseRegion = (name) => change({ ...asked, filter: asked.filter.region === name ? (({ region: _, ...rest }) => rest)(asked.filter) : { ...asked.filter, region: name } });
  return html`<div class="total card"><p aria-live="polite" id="total"><strong>${number(spread.total)}</strong> ${t("households.total", { count: spread.total })} <span class="muted">${t("households.persons", { count: number(spread.persons) })}</span></p>
      <div class="actions">${saving && html`<span class="hint" role="status">${saving}</span>`}<button type="button" class="primary" disabled=${!spread.total} onClick=${take}><${Icon} of="download" />${t("households.download")}</button></div></div>
    ${spread.truncated && html`<p class="hint">${t("households.truncated")}</p>`}
    ${spread.total === 0 ? html`<${Empty}>${t("households.none")}<//>` : html`
      <div class="charts">
        <${Card} title=${t("households.regions")} id="regions-card"><${Bars} caption=${t("households.regions_says")} rows=${rows(spread.regions)} choose=${chooseRegion} chosen=${asked.filter.region} /><//>
        <${Card} title=${t("households.spread")} id="spread-card"><${Columns} caption=${t("households.sizes")} unit=${t("households.columns.size")} rows=${spread.sizes.map((row) => ({ name: row.value, label: row.value, count: row.count }))} />
          <${Bars} caption=${t("households.by_consent")} rows=${rows(spread.consents, "purposes")} /><//>
      </div>
      <${AudienceCard} filter=${asked.filter} confidence=${asked.confidence} purposes=${spread.consents.map((one) => one.value)} />
      <${Card} title=${t("households.list")} id="list-card"><${List} asked=${asked} first=${households} /><//>`}`;
}

function HouseholdsPage() {
  const [asked, setAsked] = useState(fromAddress());
  const [state, again] = useAnswer(() => ask("marketing/household-explorer", asked, { latest: "households" }), [JSON.stringify(asked)]);
  useEffect(() => toAddress(asked), [asked]);
  useEffect(() => {
    if (state.data) ready();
  }, [state.data]);
  return html`<div class="page-head"><h1>${t("titles.households")}</h1><p class="lead">${t("households.lead")}</p></div>
    <div class="explorer">
      <${Filters} asked=${asked} change=${setAsked} spread=${state.data?.householdBreakdown} />
      <div class=${`column ${state.stale ? "stale" : ""}`}>
        ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
        ${state.loading && html`<${Loading} lines=${8} />`}
        ${state.data && html`<${Found} asked=${asked} change=${setAsked} data=${state.data} />`}
      </div>
    </div>`;
}

show(HouseholdsPage);
