// Saved audiences: how large each is, who joined and left, and its files.
import { ask } from "../app/ask.js";
import { mayChange } from "../app/given.js";
import { number, percent, time } from "../app/formats.js";
import { Badge, Empty, Loading, Problem, html, ready, show, useAnswer, useEffect, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";
import { Files, Reach } from "../parts/audience.js";

function Saved({ audience, again, told }) {
  const [running, setRunning] = useState(false);
  const [asking, setAsking] = useState(false);
  const act = async (operation) => {
    setRunning(true);
    try {
      await ask(operation, { name: audience.name });
      again();
    } catch (error) {
      told(error);
    }
    setRunning(false);
  };
  const { refreshed } = audience;
  return html`<li class="card saved-audience">
    <header><h2>${audience.name}</h2><div class="aside">${t("audience.saved_at", { time: time(audience.savedAt) })}</div></header>
    <p class="badges"><${Badge} kind="accent">${word("kinds", audience.of)}<//><${Badge} kind="good">${word("purposes", audience.purpose)}<//><${Badge}>${percent(audience.confidence)}<//></p>
    <${Reach} counts=${audience.counts} />
    ${refreshed && html`<p class="facts">${t("audience.refreshed", { time: time(refreshed.at), joined: number(refreshed.joined), left: number(refreshed.left) })}</p>`}
    <${Files} audience=${audience} />
    ${mayChange && html`<p class="actions"><button type="button" class="small" disabled=${running} onClick=${() => act("marketing/refresh-audience")}>${t("audience.refresh")}</button>
      ${asking ? html`<button type="button" class="small" disabled=${running} onClick=${() => act("marketing/remove-audience")}>${t("audience.really")}</button><button type="button" class="quiet small" onClick=${() => setAsking(false)}>${t("judging.cancel")}</button>`
        : html`<button type="button" class="quiet small" onClick=${() => setAsking(true)}>${t("audience.remove")}</button>`}</p>`}
  </li>`;
}

function AudiencesPage() {
  const [state, again] = useAnswer(() => ask("marketing/saved-audiences"), []);
  const [failed, setFailed] = useState(null);
  useEffect(() => {
    if (state.data) ready();
  }, [state.data]);
  return html`<div class="page-head"><h1>${t("titles.audiences")}</h1><p class="lead">${t("audience.lead")}</p></div>
    ${failed && html`<${Problem} error=${failed} />`}
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${state.loading && html`<${Loading} lines=${6} />`}
    ${state.data?.audiences.length === 0 && html`<${Empty}>${t("audience.none")} <a href="/households">${t("start.links.households")}</a><//>`}
    <ul class="members">${(state.data?.audiences ?? []).map((one) => html`<${Saved} key=${one.name} audience=${one} again=${again} told=${setFailed} />`)}</ul>`;
}

show(AudiencesPage);
