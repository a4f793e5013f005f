// Every ready-made question, by who asks it.
import { Card, Loading, Problem, html, ready, show, useAnswer, useEffect, useState, word } from "../app/view.js";
import { t } from "../app/texts.js";

async function all() {
  const response = await fetch("/operations");
  return (await response.json()).filter((one) => !one.changes);
}

function QuestionsPage() {
  const [state, again] = useAnswer(all, []);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (state.data) ready();
  }, [state.data]);
  const found = (state.data ?? []).filter((one) => one.question.toLowerCase().includes(words.toLowerCase()));
  const audiences = [...new Set(found.map((one) => one.audience))];
  return html`<div class="page-head"><h1>${t("titles.questions")}</h1><p class="lead">${t("questions.lead")}</p></div>
    <form class="inline-form" onSubmit=${(event) => event.preventDefault()}><label for="words">${t("questions.filter")}</label><input id="words" type="text" value=${words} onInput=${(event) => setWords(event.target.value)} />
      <a href="/graphiql" class="button">${t("questions.graphiql")}</a></form>
    ${state.error && html`<${Problem} error=${state.error} again=${again} />`}
    ${state.loading && html`<${Loading} lines=${8} />`}
    <div class="ways">${audiences.map((audience) => html`<${Card} key=${audience} title=${word("audiences", audience)} id=${`questions-${audience}`} kind="way questions">
      <ul>${found.filter((one) => one.audience === audience).map((one) => html`<li key=${one.name}><a href=${`/questions/${one.audience}/${one.name}`}>${one.question}</a></li>`)}</ul>
    <//>`)}</div>`;
}

show(QuestionsPage);
