// A network with its picture and its table: the same links twice, and a place for what is picked.
import { Loading, Problem, html, useEffect, useRef, useState } from "../app/view.js";
import { t } from "../app/texts.js";

// `elements` are cytoscape's; `rows` the same edges as {id, cells}; `detail` what to show of what is picked.
export function Network({ elements, columns, rows, picked, detail, says, grown = [] }) {
  const [mode, setMode] = useState("picture");
  const [failed, setFailed] = useState(null);
  const [drawn, setDrawn] = useState(false);
  const place = useRef(null);
  const handle = useRef(null);
  const tap = useRef(picked);
  tap.current = picked;
  useEffect(() => {
    let wanted = true;
    setDrawn(false);
    import("./picture.js").then(
      ({ draw }) => {
        if (!wanted || !place.current) return;
        handle.current = draw(place.current, elements, (data) => tap.current(data));
        setDrawn(true);
      },
      (error) => setFailed(error),
    );
    return () => {
      wanted = false;
      handle.current?.end();
      handle.current = null;
    };
  }, [elements]);
  useEffect(() => {
    if (grown.length && handle.current) handle.current.add(grown);
  }, [grown]);
  const tool = (name, act) => html`<button type="button" class="quiet" onClick=${act}>${t(`graph.${name}`)}</button>`;
  return html`<div class="network">
    <div class="choices" role="group" aria-label=${t("graph.show_as")}>
      ${["picture", "table"].map((one) => html`<button type="button" key=${one} aria-pressed=${String(mode === one)} onClick=${() => setMode(one)}>${t(`graph.${one}`)}</button>`)}
      <span class="spring"></span>
      ${mode === "picture" && [tool("closer", () => handle.current?.zoom(1.4)), tool("farther", () => handle.current?.zoom(1 / 1.4)), tool("fit", () => handle.current?.fit())]}
    </div>
    ${failed && html`<${Problem} error=${failed} />`}
    <div hidden=${mode !== "picture"} class="picture-frame">
      ${!drawn && !failed && html`<${Loading} lines=${1} />`}
      <div class="picture" ref=${place} role="img" aria-label=${says}></div>
    </div>
    ${mode === "table" && html`<div class="scroll" tabindex="0" role="region" aria-label=${t("graph.table_says")}><table class="list">
      <thead><tr>${columns.map((one) => html`<th scope="col" key=${one}>${one}</th>`)}<th scope="col"><span class="unseen">${t("graph.look")}</span></th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${row.data.id}>${row.cells.map((cell, at) => html`<td key=${at}>${cell}</td>`)}
        <td>${row.data.kind === "match" && html`<button type="button" class="quiet" onClick=${() => picked(row.data)}>${t("graph.why")}</button>`}</td></tr>`)}</tbody>
    </table></div>`}
    ${detail && html`<div class="detail" role="region" aria-live="polite" aria-label=${t("graph.picked")}>${detail}</div>`}
  </div>`;
}

