// Where everything begins: the search, what the graph holds, and a way in for each kind of work.
import { ask } from "../app/ask.js";
import { number } from "../app/formats.js";
import { Icon, Loading, Problem, html, ready, show, useAnswer, useEffect, word } from "../app/view.js";
import { t } from "../app/texts.js";

const COUNTED = ["person", "household", "organisation", "record", "identifier", "event"];
const WAYS = [
  { name: "support", icon: "person", links: [["search", "#q"]] },
  { name: "marketing", icon: "household", links: [["households", "/households"], ["audiences", "/audiences"]] },
  { name: "analysis", icon: "organisation", links: [["groups", "/groups"], ["questions", "/questions"], ["metrics", "/metrics"], ["graphiql", "/graphiql"]] },
];
const EXAMPLES = ["+1 412 555 0188", "Elizabet Montgomry Pittsburgh", "thedelgados@aol.com", "+1 800 555 0199"];

// What is worth typing first, where the graph knows it.
async function examples() {
  const found = await Promise.all(
    EXAMPLES.map(async (text) => {
      const words = /^[\p{L} ]+$/u.test(text);
      const data = await ask("support/suggest", { text, words, first: 1 });
      return data.identity.totalRecords > 0 || data.search?.[0]?.score > 0.9 ? text : null;
    }),
  );
  return found.filter(Boolean);
}

function Examples() {
  const [state] = useAnswer(examples, []);
  if (!state.data?.length) return null;
  return html`<p class="examples">${t("start.try")} ${state.data.map((text) => html`<a key=${text} class="chip" href=${`/search?q=${encodeURIComponent(text)}`}>${text}</a>`)}</p>`;
}

function StartPage() {
  const [state, again] = useAnswer(() => ask("analysis/status"), []);
  const counts = Object.fromEntries((state.data?.status.counts ?? []).map((one) => [one.name, one.count]));
  useEffect(() => {
    if (state.data) ready();
  }, [state.data]);
  useEffect(() => document.getElementById("q").focus({ preventScroll: true }), []);
  const bare = state.data && !counts.record;
  return html`
    <div class="page-head hero">
      <h1>${t("start.title")}</h1>
      <p class="lead">${t("start.lead")}</p>
      <${Examples} />
    </div>
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${state.loading && html`<${Loading} />`}
    ${bare && html`<div class="notice"><${Icon} of="record" /><div><p><strong>${t("start.bare")}</strong></p><p>${t("start.bare_how")}</p></div></div>`}
    ${state.data && !bare && html`<dl class="tiles">${COUNTED.filter((name) => counts[name] !== undefined).map((name) => html`<div class="tile" key=${name}>
      <dt><${Icon} of=${name === "event" ? "order" : name} />${word("counts", name)}</dt><dd>${number(counts[name])}</dd>
    </div>`)}</dl>`}
    <div class="ways">
      ${WAYS.map((way) => html`<section class="card way" key=${way.name} aria-labelledby=${`way-${way.name}`}>
        <span class="way-icon"><${Icon} of=${way.icon} size=${22} /></span>
        <h2 id=${`way-${way.name}`}>${t(`start.ways.${way.name}.title`)}</h2>
        <p class="muted">${t(`start.ways.${way.name}.text`)}</p>
        <ul>${way.links.map(([name, href]) => html`<li key=${name}><a href=${href}>${t(`start.links.${name}`)}</a></li>`)}</ul>
      </section>`)}
    </div>`;
}

show(StartPage);
