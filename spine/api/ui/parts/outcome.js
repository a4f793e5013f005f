// What a deed would change, before it is done; and what was just done, with the way back.
import { ask } from "../app/ask.js";
import { Badge, Icon, Problem, html, useState } from "../app/view.js";
import { t } from "../app/texts.js";

// Entities as they stand before or after: a name where it is known, and how many records each holds.
function Standing({ title, entities, names, kept }) {
  return html`<section class="standing"><h3>${title}</h3><ul>${entities.map((one) => html`<li key=${one.id} class=${kept.has(one.id) ? "" : "new"}>
    <${Icon} of=${one.kind} size=${16} /><span>${names[one.id] ?? t(`judging.another.${one.kind}`)}</span><${Badge}>${t("person.records", { count: one.size })}<//>
  </li>`)}</ul></section>`;
}

export function BeforeAfter({ found, names }) {
  const before = new Set(found.before.map((one) => one.id));
  const after = new Set(found.after.map((one) => one.id));
  return html`<div class="before-after">
    <${Standing} title=${t("judging.before")} entities=${found.before} names=${names} kept=${after} />
    <span class="arrow" aria-hidden="true">→</span>
    <${Standing} title=${t("judging.after")} entities=${found.after} names=${names} kept=${before} />
  </div>`;
}

// How many records change hands; one that is new was in nobody's.
export function moved(found) {
  return found.moves.filter((one) => one.from && one.from !== one.to).reduce((all, one) => all + one.records.length, 0);
}

// A deed {says, found, undo: [operation, variables]}; stays until it is taken away.
export function Written({ deed, again, close }) {
  const [failed, setFailed] = useState(null);
  const [running, setRunning] = useState(false);
  const undo = async () => {
    setRunning(true);
    try {
      await ask(...deed.undo);
      close();
      again();
    } catch (error) {
      setFailed(error);
      setRunning(false);
    }
  };
  return html`<div class="notice good" role="status"><${Icon} of="check" /><div class="written">
    <p><strong>${deed.says}</strong> ${deed.found.pending ? t("judging.pending") : t("judging.changed", { before: deed.found.before.length, after: deed.found.after.length })}</p>
    ${failed && html`<${Problem} error=${failed} />`}
    <p class="actions"><button type="button" disabled=${running} onClick=${undo}>${t("judging.undo")}</button><button type="button" class="quiet" onClick=${close}>${t("judging.dismiss")}</button></p>
  </div></div>`;
}
