// The confidence slider: on a scale of nines, with a mark wherever the identity grows or splits.
import { percent } from "../app/formats.js";
import { html, useEffect, useRef, useState } from "../app/view.js";
import { t } from "../app/texts.js";

const LOW = 30;
const HIGH = 450;
const PRESETS = [0.5, 0.8, 0.95, 0.99, 0.999, 0.9999];

const placeOf = (confidence) => Math.min(HIGH, Math.max(LOW, -100 * Math.log10(1 - confidence)));

// A place on the scale as a confidence, to as many digits as the scale can tell apart.
function confidenceAt(place) {
  const nines = place / 100;
  const digits = Math.ceil(nines) + 1;
  return Math.min(0.99999, Number((1 - 10 ** -nines).toFixed(digits)));
}

const left = (place) => `${(100 * (place - LOW)) / (HIGH - LOW)}%`;

// `steps` are the confidences at which the size changes; `chosen` is told at once, `settled` when the hand rests.
export function ConfidenceSlider({ value, steps, size, onSettled }) {
  const [place, setPlace] = useState(placeOf(value));
  const timer = useRef(0);
  useEffect(() => setPlace(placeOf(value)), [value]);
  const shown = Math.abs(placeOf(value) - place) < 1 ? value : confidenceAt(place);
  const choose = (to) => {
    setPlace(to);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSettled(confidenceAt(to)), 70);
  };
  // A preset takes effect at once, also over a move of the slider that has not settled yet.
  const preset = (one) => {
    clearTimeout(timer.current);
    setPlace(placeOf(one));
    onSettled(one);
  };
  const says = `${percent(shown)}, ${t("person.records", { count: size })}`;
  const marks = (steps ?? []).filter((step) => placeOf(step.probability) > LOW && step.probability < 0.99997);
  return html`<div class="confidence" role="group" aria-label=${t("confidence.title")}>
    <div class="confidence-head">
      <label for="confidence">${t("confidence.label")}</label>
      <output for="confidence" class="figure">${percent(shown)}</output>
    </div>
    <div class="track">
      <input id="confidence" type="range" min=${LOW} max=${HIGH} step="5" value=${Math.round(place / 5) * 5}
        aria-valuetext=${says} onInput=${(event) => choose(Number(event.target.value))} />
      <div class="marks" aria-hidden="true">
        ${marks.map((step) => html`<i key=${step.probability} style=${{ left: left(placeOf(step.probability)) }} title=${percent(step.probability)}></i>`)}
      </div>
    </div>
    <div class="presets">
      ${PRESETS.map((one) => html`<button type="button" key=${one} aria-pressed=${String(Math.abs(shown - one) < 1e-9)}
        onClick=${() => preset(one)}>${percent(one)}</button>`)}
    </div>
    <p class="hint">${marks.length ? t("confidence.marks", { count: marks.length }) : t("confidence.steady")}</p>
  </div>`;
}
