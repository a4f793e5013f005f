// Numbers, dates, money, phones and addresses, as the reader's locale writes them.
const locale = navigator.languages?.length ? [...navigator.languages] : undefined;
const whole = new Intl.NumberFormat(locale);
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });
const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
const countries = new Intl.DisplayNames(locale ?? ["en"], { type: "region", fallback: "code" });

export const number = (value) => whole.format(value);
export const bits = (value) => oneDigit.format(value);
export const share = (value) => decimal.format(value);

// A probability, with as many digits as its distance from certainty needs; never rounded up to 100 %.
export function percent(probability) {
  if (probability >= 1) return new Intl.NumberFormat(locale, { style: "percent" }).format(1);
  const nines = -Math.log10(Math.max(1e-9, 1 - probability));
  if (nines > 4.7) return "> " + percent(0.9999);
  const digits = Math.min(3, Math.max(0, Math.ceil(nines - 0.95)));
  const cut = Math.floor(probability * 10 ** (digits + 2) + 1e-6) / 10 ** (digits + 2);
  return new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 0, maximumFractionDigits: digits }).format(cut);
}

export function date(text) {
  if (!text) return "";
  if (/^\d{4}$/.test(text)) return text;
  if (/^\d{4}-\d{2}$/.test(text)) return month.format(new Date(text + "-01T00:00:00Z"));
  const found = new Date(text.length === 10 ? text + "T00:00:00Z" : text);
  return Number.isNaN(found.getTime()) ? text : day.format(found);
}

export function time(text) {
  if (!text) return "";
  if (text.length <= 10) return date(text);
  const found = new Date(text);
  return Number.isNaN(found.getTime()) ? text : moment.format(found);
}

// Days as people say them: from two months on in months, from two years on in years.
export function span(days) {
  const [count, unit] = days >= 730.5 ? [days / 365.25, "year"] : days >= 60.875 ? [days / 30.4375, "month"] : [days, "day"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(count);
}

export const monthOf = (text) => (text ? month.format(new Date(text.slice(0, 7) + "-01T00:00:00Z")) : "");

export function money(amount, currency) {
  if (amount === null || amount === undefined) return "";
  try {
    return new Intl.NumberFormat(locale, currency ? { style: "currency", currency } : {}).format(amount);
  } catch {
    return `${whole.format(amount)} ${currency}`;
  }
}

export function country(code) {
  if (!code) return "";
  try {
    return countries.of(code.toUpperCase());
  } catch {
    return code.toUpperCase();
  }
}

export const region = (code) => (code && code.length <= 3 ? code.toUpperCase() : titled(code ?? ""));

// E.164 in groups: a number of the North American plan as it is written there, any other in threes behind its code.
export function phone(text) {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(text);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  const other = /^\+(\d{2})(\d+)$/.exec(text);
  return other ? `+${other[1]} ${other[2].replace(/(\d{3})(?=\d{2})/g, "$1 ").trim()}` : text;
}

// An address that was folded for comparing, as one would write it; any other as it is.
export function address(text) {
  if (!text) return "";
  if (text !== text.toLowerCase()) return text;
  const parts = text.split(", ");
  return parts
    .map((part, at) => {
      if (at > 0 && part.length <= 3 && /^[a-z]+$/.test(part)) return part.toUpperCase();
      return /\d/.test(part) && at > 1 ? part.toUpperCase() : titled(part);
    })
    .join(", ");
}

export const titled = (text) => text.replace(/(^|[\s'’-])(\p{Ll})/gu, (whole, before, letter) => before + letter.toUpperCase());

export function identifier(namespace, value) {
  if (namespace === "phone") return phone(value);
  return namespace === "address" ? address(value) : value;
}
