// Confirming an identity: which identifier was proved, how, when, by what; and what that would prove.
import { ask } from "../app/ask.js";
import { Icon, Loading, Problem, html, useAnswer, useEffect, useRef, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";
import { PROVABLE, provable } from "./identities.js";
import { BeforeAfter, moved } from "./outcome.js";

const METHODS = ["CODE", "LOGIN"];
// What is asked of the API; null while something is missing.
function inputOf(subject, said) {
  if (!said.value.trim()) return null;
  const at = said.at ? new Date(said.at).toISOString() : null;
  return { subject: subject.id, namespace: said.namespace, value: said.value.trim(), method: said.method, at, proof: said.proof };
}

function Preview({ input, names, told }) {
  const [state, again] = useAnswer(() => ask("support/preview-confirmation", { input }, { latest: "preview" }), [JSON.stringify({ ...input, proof: "" })]);
  const found = state.data?.previewConfirmation;
  useEffect(() => told(found && !state.stale && !state.error ? found : null), [found, state.stale, state.error]);
  if (state.error) return html`<${Problem} error=${state.error} again=${again} />`;
  if (!found) return html`<${Loading} />`;
  const reasons = new Map();
  for (const one of found.notProven) reasons.set(one.why, (reasons.get(one.why) ?? 0) + 1);
  const count = moved(found);
  return html`<div class=${state.stale ? "stale" : ""} aria-live="polite">
    <${BeforeAfter} found=${found} names=${names} />
    <p class="hint">${found.pending ? t("judging.pending") : found.proven.length ? t("confirming.proves", { count: found.proven.length }) : t("confirming.proves_nothing")} ${!found.pending && count > 0 && t("judging.moves", { count })}</p>
    ${[...reasons].map(([why, some]) => html`<p class="hint" key=${why}>${t("confirming.not_proven", { count: some, why })}</p>`)}
    ${found.refused.length > 0 && html`<p class="hint">${t("confirming.refused", { count: found.refused.length })}</p>`}
  </div>`;
}

// A dialog about a person {id, name} and perhaps an identifier {namespace, value}; `done` is told the deed.
export function ConfirmDialog({ subject, asked, names, close, done }) {
  const dialog = useRef(null);
  const [said, setSaid] = useState({ namespace: asked?.namespace ?? "email", value: asked?.value ?? "", method: asked?.namespace === "login" ? "LOGIN" : "CODE", at: "", proof: "" });
  const [preview, setPreview] = useState(null);
  const [failed, setFailed] = useState(null);
  const [running, setRunning] = useState(false);
  useEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  const set = (name) => (event) => setSaid({ ...said, [name]: event.target.value });
  const input = inputOf(subject, said);
  const write = async (event) => {
    event.preventDefault();
    setRunning(true);
    setFailed(null);
    try {
      const found = (await ask("support/confirm-identity", { input })).confirmIdentity;
      done({ says: t("confirming.written", { value: input.value, name: subject.name }), found, undo: ["support/withdraw-confirmation", { input }] });
    } catch (error) {
      setFailed(error);
      setRunning(false);
    }
  };
  const spaces = asked && !provable(asked.namespace) ? [asked.namespace, ...PROVABLE] : PROVABLE;
  return html`<dialog ref=${dialog} aria-labelledby="confirm-title" onCancel=${close} onClose=${close}>
    <form onSubmit=${write}>
      <h2 id="confirm-title">${t("confirming.title", { name: subject.name })}</h2>
      <div class="pair">
        <div class="field"><label for="confirm-kind">${t("confirming.kind")}</label>
          <select id="confirm-kind" value=${said.namespace} onChange=${set("namespace")}>${spaces.map((one) => html`<option key=${one} value=${one}>${word("namespaces", one)}</option>`)}</select></div>
        <div class="field wide"><label for="confirm-value">${t("confirming.value")}</label>
          <input id="confirm-value" type="text" maxlength="300" required value=${said.value} onChange=${set("value")} /></div>
      </div>
      <div class="choices verdicts" role="group" aria-label=${t("confirming.method")}>
        ${METHODS.map((one) => html`<button type="button" key=${one} aria-pressed=${String(said.method === one)} onClick=${() => setSaid({ ...said, method: one })}><${Icon} of=${one === "CODE" ? "check" : "key"} size=${15} />${t(`confirming.methods.${one}`)}</button>`)}
      </div>
      <div class="pair">
        <div class="field"><label for="confirm-at">${t("confirming.at")}</label>
          <input id="confirm-at" type="datetime-local" value=${said.at} onChange=${set("at")} /></div>
        <div class="field wide"><label for="confirm-proof">${t("confirming.proof")}</label>
          <input id="confirm-proof" type="text" maxlength="300" value=${said.proof} placeholder=${t("confirming.proof_example")} onInput=${set("proof")} /></div>
      </div>
      ${input && html`<${Preview} input=${input} names=${names} told=${setPreview} />`}
      ${failed && html`<${Problem} error=${failed} />`}
      <div class="actions end"><button type="button" onClick=${close}>${t("judging.cancel")}</button>
        <button type="submit" class="primary" disabled=${running || !input || !preview}>${t("confirming.deed")}</button></div>
    </form>
  </dialog>`;
}
