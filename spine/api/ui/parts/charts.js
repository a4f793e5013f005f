// Charts without a library: bars that are tables, and columns and curves whose figures stand in a table beneath.
import { number } from "../app/formats.js";
import { html } from "../app/view.js";
import { t } from "../app/texts.js";

// Counts as bars. `rows` are {name, label, count}; with `choose`, each name is a button that filters by it.
export function Bars({ caption, rows, choose, chosen, limit = 12 }) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  const shown = rows.slice(0, limit);
  const rest = rows.length - shown.length;
  return html`<table class="bars">
    <caption>${caption}</caption>
    <tbody>${shown.map((row) => html`<tr key=${row.name} class=${chosen === row.name ? "chosen" : ""}>
      <th scope="row">${choose ? html`<button type="button" class="quiet" aria-pressed=${String(chosen === row.name)} onClick=${() => choose(row.name)}>${row.label}</button>` : row.label}</th>
      <td class="bar-cell" aria-hidden="true"><i style=${{ width: `${Math.max(0.6, (100 * row.count) / most)}%` }}></i></td>
      <td class="num">${number(row.count)}</td>
    </tr>`)}</tbody>
    ${rest > 0 && html`<tfoot><tr><td colspan="3" class="hint">${t("states.more", { count: rest })}</td></tr></tfoot>`}
  </table>`;
}

const WIDTH = 420;
const HEIGHT = 150;
const FOOT = 20;

// A distribution over numbers, as columns.
export function Columns({ caption, rows, unit }) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  const step = WIDTH / Math.max(rows.length, 4);
  return html`<figure class="chart">
    <figcaption>${caption}</figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="img" aria-label=${t("charts.says", { caption })}>
      ${rows.map((row, at) => {
        const height = (row.count / most) * (HEIGHT - 18);
        return html`<g key=${row.name}>
          <rect x=${at * step + 4} y=${HEIGHT - height} width=${step - 8} height=${height} rx="3" />
          <text x=${at * step + step / 2} y=${HEIGHT - height - 5}>${number(row.count)}</text>
          <text class="axis" x=${at * step + step / 2} y=${HEIGHT + 15}>${row.label}</text>
        </g>`;
      })}
      <line x1="0" x2=${WIDTH} y1=${HEIGHT} y2=${HEIGHT} />
    </svg>
    <${Twin} head=${[unit, t("charts.count")]} rows=${rows.map((row) => [row.label, number(row.count)])} />
  </figure>`;
}

// A curve through points {x, y, label}; `xs` and `ys` are marks {at, label} on the axes.
export function Curve({ caption, points, xs, ys, head }) {
  const [low, high] = [Math.min(...xs.map((one) => one.at)), Math.max(...xs.map((one) => one.at))];
  const [least, most] = [Math.min(...ys.map((one) => one.at)), Math.max(...ys.map((one) => one.at))];
  const left = 58;
  const x = (value) => left + ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * (WIDTH - left - 20);
  const y = (value) => HEIGHT - ((value - least) / (most - least)) * (HEIGHT - 12);
  const inside = points.filter((point) => point.x >= low && point.x <= high);
  return html`<figure class="chart">
    <figcaption>${caption}</figcaption>
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT + FOOT}`} role="img" aria-label=${t("charts.says", { caption })}>
      ${ys.map((one) => html`<g key=${one.at}><line class="grid" x1=${left} x2=${WIDTH} y1=${y(one.at)} y2=${y(one.at)} /><text class="axis end" x=${left - 6} y=${y(one.at) + 4}>${one.label}</text></g>`)}
      ${xs.map((one) => html`<text class="axis" key=${one.at} x=${x(one.at)} y=${HEIGHT + 15}>${one.label}</text>`)}
      <polyline points=${inside.map((point) => `${x(point.x)},${y(point.y)}`).join(" ")} />
    </svg>
    <${Twin} head=${head} rows=${inside.map((point) => point.cells)} />
  </figure>`;
}

export function Twin({ head, rows }) {
  return html`<details class="twin"><summary>${t("charts.table")}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label=${t("charts.table")}><table class="list">
      <thead><tr>${head.map((one) => html`<th scope="col" key=${one}>${one}</th>`)}</tr></thead>
      <tbody>${rows.map((row, at) => html`<tr key=${at}>${row.map((cell, column) => html`<td key=${column}>${cell}</td>`)}</tr>`)}</tbody>
    </table></div></details>`;
}
