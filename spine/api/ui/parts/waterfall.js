// Evidence as a waterfall: what each comparison adds or takes, in a table that is its own twin.
import { bits, percent, span } from "../app/formats.js";
import { html, word } from "../app/view.js";
import { t } from "../app/texts.js";

export function Waterfall({ bond, title }) {
  const known = bond.evidence.filter((one) => one.bits !== null && (Math.abs(one.bits) >= 0.05 || one.daysApart));
  const silent = bond.evidence.filter((one) => one.bits === null);
  const ordered = known.sort((a, b) => b.bits - a.bits);
  const total = bond.bits ?? 0;
  const sum = ordered.reduce((all, one) => all + one.bits, 0);
  const start = total - sum;
  const ends = [];
  let at = start;
  for (const one of ordered) ends.push([at, (at += one.bits)]);
  const low = Math.min(0, start, ...ends.flat());
  const high = Math.max(1, ...ends.flat());
  const place = (value) => (100 * (value - low)) / (high - low);
  const bar = (from, to, kind) => html`<td class="fall" aria-hidden="true"><i class="zero" style=${{ left: `${place(0)}%` }}></i>
    <i class=${kind} style=${{ left: `${place(Math.min(from, to))}%`, width: `${Math.max(0.8, Math.abs(place(to) - place(from)))}%` }}></i></td>`;
  return html`<div class="waterfall">
    <table>
      <caption>${title}</caption>
      <thead><tr><th scope="col">${t("waterfall.comparison")}</th><th scope="col">${t("waterfall.found")}</th><th scope="col" class="num">${t("waterfall.bits")}</th><td></td></tr></thead>
      <tbody>
        ${Math.abs(start) >= 0.05 && html`<tr><th scope="row">${t("waterfall.start")}</th><td>${t("waterfall.prior")}</td><td class="num">${bits(start)}</td>${bar(0, start, start < 0 ? "against" : "for")}</tr>`}
        ${ordered.map((one, index) => html`<tr key=${one.comparison}>
          <th scope="row">${word("comparisons", one.comparison)}</th><td>${one.label}${Boolean(one.daysApart) && html` <span class="hint">${t("waterfall.faded", { apart: span(one.daysApart), fresh: bits(one.freshBits) })}</span>`}</td>
          <td class="num">${bits(one.bits)}</td>${bar(...ends[index], one.bits < 0 ? "against" : "for")}
        </tr>`)}
      </tbody>
      <tfoot><tr><th scope="row">${t("waterfall.total")}</th><td>${bond.probability !== null && bond.probability !== undefined && percent(bond.probability)}</td><td class="num">${bits(total)}</td>${bar(0, total, total < 0 ? "against" : "sum")}</tr></tfoot>
    </table>
    ${silent.length > 0 && html`<p class="hint">${t("waterfall.silent", { names: silent.map((one) => word("comparisons", one.comparison).toLowerCase()).join(", ") })}</p>`}
  </div>`;
}
