// Confirming and rejecting a link: the evidence, and what would change.
import { ask } from "../app/ask.js";
import { percent } from "../app/formats.js";
import { Icon, Loading, Problem, html, useAnswer, useEffect, useRef, useState } from "../app/view.js";
import { t } from "../app/texts.js";
import { BeforeAfter, moved } from "./outcome.js";
import { Waterfall } from "./waterfall.js";

const DEEDS = { SAME: ["support/confirm-link", "confirmLink"], DIFFERENT: ["support/reject-link", "rejectLink"] };

function Preview({ a, b, verdict, names, told }) {
  const [state, again] = useAnswer(() => ask("support/preview-judgement", { a, b, verdict }, { latest: "preview" }), [a, b, verdict]);
  const found = state.data?.previewJudgement;
  useEffect(() => told(found && !state.stale ? found : null), [found, state.stale]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!found) return html`<${Loading} />`;
  const count = moved(found);
  return html`<div class=${state.stale ? "stale" : ""} aria-live="polite">
    <${BeforeAfter} found=${found} names=${names} />
    <p class="hint">${found.pending ? t("judging.pending") : !found.stands ? t("judging.refused") : count ? t("judging.moves", { count }) : t("judging.nothing")}</p>
  </div>`;
}

// A dialog about two sides {id, name}; `done` is told the deed, so that it can be shown and undone.
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
      const says = t(`judging.written.${verdict}`, { a: a.name, b: b.name });
      done({ says, found, undo: ["support/withdraw-judgement", { input: { a: a.id, b: b.id } }] });
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
