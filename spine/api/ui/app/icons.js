// Icons as strokes on a grid of 24; each has a word beside it wherever it is shown.
import { h } from "../vendor/preact.mjs";

const SHAPES = {
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4.5 3.5-7 8-7s8 2.5 8 7",
  organisation: "M4 21V5l8-2v18M12 9h8v12M3 21h18M7 8h2M7 12h2M7 16h2M15 13h2M15 17h2",
  household: "M3 11.5 12 4l9 7.5M6 10v10h12V10M10 20v-6h4v6",
  record: "M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h7",
  email: "M3 6h18v12H3zM3 7l9 6 9-6",
  phone: "M6 3h4l1.5 5-2.5 2a12 12 0 0 0 5 5l2-2.5 5 1.5v4c0 1-1 2-2 2A17 17 0 0 1 4 5c0-1 1-2 2-2z",
  address: "M12 21s7-6.5 7-11.5a7 7 0 1 0-14 0C5 14.5 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  card: "M3 6h18v12H3zM3 10h18M7 15h4",
  key: "M15 9a4 4 0 1 1-4-4 4 4 0 0 1 4 4zM13.5 12.5 21 20M18 17l2-2",
  cookie: "M12 3a9 9 0 1 0 9 9 4 4 0 0 1-5-4 4 4 0 0 1-4-5zM9 10h.01M8 15h.01M13 14h.01M14 18h.01",
  device: "M7 3h10v18H7zM11 18h2",
  number: "M9 4 7 20M17 4l-2 16M4 9h16M3.5 15h16",
  order: "M5 7h14l-1 13H6zM9 10V6a3 3 0 0 1 6 0v4",
  visit: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  ticket: "M21 12a8 8 0 0 1-11.5 7L4 21l1.5-4.5A8 8 0 1 1 21 12z",
  login: "M14 4h6v16h-6M3 12h12M11 8l4 4-4 4",
  invoice: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  touch: "M4 10v5h3l7 4V6l-7 4zM18 9a5 5 0 0 1 0 7",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  check: "M4 12.5 9.5 18 20 6.5",
  cross: "M6 6l12 12M18 6 6 18",
  warning: "M12 4 2.5 20h19zM12 10v4.5M12 17.5h.01",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  down: "M6 9l6 6 6-6",
  loop: "M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5",
};
const OF = {
  loyalty: "card", account: "card", login: "key", customer: "number", employee: "number", national_id: "number",
  master: "number", mobile_token: "device", social: "person", ip: "visit", lei: "organisation", register: "organisation",
  tax_id: "number", domain: "visit", identifier: "number", chat: "ticket", subscription: "invoice", other: "number",
  Person: "person", Organisation: "organisation", Household: "household",
};

export function Icon({ of, size = 18 }) {
  const shape = SHAPES[of] ?? SHAPES[OF[of]] ?? SHAPES.number;
  return h("svg", { viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" }, h("path", { d: shape }));
}

export const shapeOf = (name) => SHAPES[name] ?? SHAPES[OF[name]] ?? SHAPES.number;
