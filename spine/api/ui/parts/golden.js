// The golden record: per attribute the value to believe, with where it came from one hover or key away.
import { country, date, phone, region, titled } from "../app/formats.js";
import { Empty, html, word } from "../app/view.js";
import { t } from "../app/texts.js";

const ORDER = [
  "given", "middle", "surname", "suffix", "organisation", "legal_form", "birth_date", "age", "sex", "email", "phone",
  "house_number", "street", "unit", "po_box", "postcode", "city", "region", "country",
];
const WHERE = ["house_number", "street", "unit", "po_box", "postcode", "city", "region", "country"];

export function shown(name, value) {
  if (name === "birth_date") return date(value);
  if (name === "phone") return phone(value);
  if (name === "country") return country(value);
  if (name === "region") return region(value);
  if (name === "postcode" || name === "unit") return value.toUpperCase();
  if (name === "sex") return word("sexes", value.toLowerCase());
  return name === "street" ? titled(value) : value;
}

function Origin({ one }) {
  const from = t("golden.from", { source: word("sources", one.source), date: date(one.observedAt) });
  return html`<div class="origin">
    <p>${from}</p>
    <p>${word("rules", one.rule)}</p>
    ${one.rivals.length > 0 && html`<p>${t("golden.rivals")} ${one.rivals.map((rival) => `${shown(one.name, rival.value)} (${t("golden.rival_records", { count: rival.records })})`).join(", ")}</p>`}
  </div>`;
}

// Name, contact and birth; the parts of an address stand together at the end.
export function Golden({ attributes }) {
  if (attributes.length === 0) return html`<${Empty}>${t("golden.none")}<//>`;
  const rank = (one) => (ORDER.indexOf(one.name) + 1 || ORDER.length + 1);
  const sorted = [...attributes].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return html`<dl class="golden">
    ${sorted.map((one) => html`<div key=${one.name} class=${one.rivals.length ? "disputed" : ""}>
      <dt>${word("fields", one.name)}</dt>
      <dd>
        <details>
          <summary title=${t("golden.from", { source: word("sources", one.source), date: date(one.observedAt) })}>
            <span class="believed">${shown(one.name, one.value)}</span>
            <span class="source">${word("sources", one.source)}${one.rivals.length > 0 && html` · ${t("golden.others", { count: one.rivals.length })}`}</span>
          </summary>
          <${Origin} one=${one} />
        </details>
      </dd>
    </div>`)}
  </dl>`;
}

// An address in one line, out of its parts; empty where there is none.
export function addressLine(attributes) {
  const of = Object.fromEntries(attributes.filter((one) => WHERE.includes(one.name)).map((one) => [one.name, shown(one.name, one.value)]));
  const street = [of.house_number, of.street, of.unit].filter(Boolean).join(" ");
  return [street, of.city, of.region, of.postcode].filter(Boolean).join(", ");
}
