// Confirming and rejecting a link: the evidence, what would change, and the way back.
import { ask } from "../app/ask.js";
import { percent } from "../app/formats.js";
import { Badge, Icon, Loading, Problem, html, useAnswer, useEffect, useRef, useState } from "../app/view.js";
import { t } from "../app/texts.js";
import { Waterfall } from "./waterfall.js";

const DEEDS = { SAME: ["support/confirm-link", "confirmLink"], DIFFERENT: ["support/reject-link", "rejectLink"] };

// Entities as they stand before or after: a name where it is known, and how many records each holds.
function Standing({ title, entities, names, kept }) {
  return html`<section class="standing"><h3>${title}</h3><ul>${entities.map((one) => html`<li key=${one.id} class=${kept.has(one.id) ? "" : "new"}>
    <${Icon} of=${one.kind} size=${16} /><span>${names[one.id] ?? t(`judging.another.${one.kind}`)}</span><${Badge}>${t("person.records", { count: one.size })}<//>
  </li>`)}</ul></section>`;
}

function Preview({ a, b, verdict, names, told }) {
  const [state, again] = useAnswer(() => ask("support/preview-judgement", { a, b, verdict }, { latest: "preview" }), [a, b, verdict]);
  const found = state.data?.previewJudgement;
  useEffect(() => told(found && !state.stale ? found : null), [found, state.stale]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!found) return html`<${Loading} />`;
  const before = new Set(found.before.map((one) => one.id));
  const after = new Set(found.after.map((one) => one.id));
  const moved = found.moves.filter((one) => one.from !== one.to).reduce((all, one) => all + one.records.length, 0);
  return html`<div class=${state.stale ? "stale" : ""} aria-live="polite">
    <div class="before-after">
      <${Standing} title=${t("judging.before")} entities=${found.before} names=${names} kept=${after} />
      <span class="arrow" aria-hidden="true">→</span>
      <${Standing} title=${t("judging.after")} entities=${found.after} names=${names} kept=${before} />
    </div>
    <p class="hint">${found.pending ? t("judging.pending") : !found.stands ? t("judging.refused") : moved ? t("judging.moves", { count: moved }) : t("judging.nothing")}</p>
  </div>`;
}

// A dialog about two sides {id, name}; `done` is told what was written, so that it can be shown and undone.
export function JudgeDialog({ a, b, names, verdict: begin = "SAME", close, done }) {
  const dialog = useRef(null);
  const [verdict, setVerdict] = useState(begin);
  const [why, setWhy] = useState("");
  const [preview, setPreview] = useState(null);
  const [failed, setFailed] = useState(null);
  const [running, setRunning] = useState(false);
  const [evidence] = useAnswer(() => ask("support/why-records", { a: a.id, b: b.id }), [a.id, b.id]);
  useEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  const write = async (event) => {
    event.preventDefault();
    setRunning(true);
    setFailed(null);
    const [operation, field] = DEEDS[verdict];
    try {
      const found = (await ask(operation, { input: { a: a.id, b: b.id, why } }))[field];
      done({ a, b, verdict, found });
    } catch (error) {
      setFailed(error);
      setRunning(false);
    }
  };
  const why_ = evidence.data?.why;
  return html`<dialog ref=${dialog} aria-labelledby="judge-title" onCancel=${close} onClose=${close}>
    <form onSubmit=${write}>
      <h2 id="judge-title">${t("judging.title", { a: a.name, b: b.name })}</h2>
      ${evidence.loading && html`<${Loading} />`}
      ${why_?.direct?.evidence.length > 0 && html`<div class="scroll evidence" tabindex="0" role="region" aria-label=${t("judging.evidence")}><${Waterfall} bond=${why_.direct} title=${t("judging.direct", { probability: percent(why_.probability ?? why_.direct.probability ?? 0) })} /></div>`}
      ${why_ && !why_.direct?.evidence.length && html`<p>${why_.says}</p>`}
      <div class="choices verdicts" role="group" aria-label=${t("judging.verdict")}>
        ${Object.keys(DEEDS).map((one) => html`<button type="button" key=${one} aria-pressed=${String(verdict === one)} onClick=${() => setVerdict(one)}><${Icon} of=${one === "SAME" ? "check" : "cross"} size=${15} />${t(`judging.verdicts.${one}`)}</button>`)}
      </div>
      <${Preview} a=${a.id} b=${b.id} verdict=${verdict} names=${names} told=${setPreview} />
      <label for="judge-why">${t("judging.why")}</label>
      <input id="judge-why" type="text" maxlength="300" value=${why} placeholder=${t("judging.why_example")} onInput=${(event) => setWhy(event.target.value)} />
      ${failed && html`<${Problem} error=${failed} />`}
      <div class="actions end"><button type="button" onClick=${close}>${t("judging.cancel")}</button>
        <button type="submit" class="primary" disabled=${running || !preview || !preview.stands}>${t(`judging.deeds.${verdict}`)}</button></div>
    </form>
  </dialog>`;
}

// What was just written, with the way back; stays until it is taken away.
export function Written({ deed, again, close }) {
  const [failed, setFailed] = useState(null);
  const [running, setRunning] = useState(false);
  const undo = async () => {
    setRunning(true);
    try {
      await ask("support/withdraw-judgement", { input: { a: deed.a.id, b: deed.b.id } });
      close();
      again();
    } catch (error) {
      setFailed(error);
      setRunning(false);
    }
  };
  return html`<div class="notice good" role="status"><${Icon} of="check" /><div class="written">
    <p><strong>${t(`judging.written.${deed.verdict}`, { a: deed.a.name, b: deed.b.name })}</strong> ${t("judging.changed", { before: deed.found.before.length, after: deed.found.after.length })}</p>
    ${failed && html`<${Problem} error=${failed} />`}
    <p class="actions"><button type="button" disabled=${running} onClick=${undo}>${t("judging.undo")}</button><button type="button" class="quiet" onClick=${close}>${t("judging.dismiss")}</button></p>
  </div></div>`;
}
