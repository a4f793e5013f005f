// A network drawn by cytoscape with fcose, in the colours of the theme. Loaded only where a picture is shown.
import cytoscape from "../vendor/cytoscape.mjs";
import fcose from "../vendor/fcose.mjs";

cytoscape.use(fcose);
cytoscape.warnings(false);

export const CAP = 300;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function style() {
  const [ink, muted, surface, line] = ["--ink", "--muted", "--surface", "--line-strong"].map(colour);
  const [accent, soft, warn, force] = ["--accent", "--accent-soft", "--warn", "--for"].map(colour);
  const text = { "font-family": "system-ui, sans-serif", "font-size": 10, color: ink, "text-outline-color": surface, "text-outline-width": 2 };
  return [
    { selector: "node", style: { ...text, label: "data(label)", width: 22, height: 22, "background-color": surface, "border-width": 1.5, "border-color": muted, "text-valign": "bottom", "text-margin-y": 4, "text-max-width": 110, "text-wrap": "ellipsis", "min-zoomed-font-size": 6 } },
    { selector: "node.record", style: { shape: "round-rectangle", width: 26, height: 18, "background-color": soft, "border-color": accent } },
    { selector: "node.entity", style: { shape: "hexagon", width: 34, height: 30, "background-color": accent, "border-color": accent } },
    { selector: "node.hub", style: { "border-width": 4, "border-style": "double", width: 30, height: 30 } },
    { selector: "node.more", style: { shape: "round-rectangle", width: "label", height: 20, padding: 6, "background-color": surface, "border-style": "dashed", "text-valign": "center", "text-margin-y": 0 } },
    { selector: "node.contact", style: { "background-color": colour("--good-soft"), "border-color": colour("--good") } },
    { selector: "node.device", style: { shape: "diamond", "background-color": colour("--warn-soft"), "border-color": warn } },
    { selector: "edge", style: { width: 1.2, "line-color": line, "curve-style": "haystack", "haystack-radius": 0, opacity: 0.75 } },
    { selector: "edge.match", style: { width: "data(width)", "line-color": force, opacity: 0.9 } },
    { selector: "edge.judged", style: { width: 5, "line-color": accent, opacity: 1 } },
    { selector: "edge.weakest", style: { "line-color": colour("--against"), "line-style": "dashed", "curve-style": "straight", label: "data(says)", ...text, color: colour("--against"), "text-rotation": "autorotate", opacity: 1 } },
    { selector: ":selected", style: { "border-color": colour("--against"), "border-width": 3, "line-color": colour("--against"), opacity: 1 } },
  ];
}

const layout = (count, randomize = true) => ({
  name: "fcose", animate: false, randomize, quality: count > 150 ? "draft" : "default", nodeSeparation: 90,
  idealEdgeLength: 70, nodeRepulsion: 6500, packComponents: true, padding: 24,
});

// Cytoscape writes one rule into the page unless an element of this name is there; the policy forbids that, and our
// own sheet has the rule.
function unstyled() {
  const name = "__________cytoscape_stylesheet";
  if (document.getElementById(name)) return;
  const mark = document.createElement("meta");
  mark.id = name;
  document.head.append(mark);
}

// Draws elements into a container; `picked` hears of what is tapped. Gives back a handle to add to it and to end it.
export function draw(container, elements, picked) {
  const begun = performance.now();
  unstyled();
  const view = cytoscape({ container, elements, style: style(), minZoom: 0.15, maxZoom: 3, wheelSensitivity: 0.25, boxSelectionEnabled: false });
  view.layout(layout(view.nodes().length)).run();
  view.fit(undefined, 24);
  if (view.zoom() > 1.3) view.zoom(1.3) && view.center();
  view.on("tap", "node, edge", (event) => picked(event.target.data()));
  const themed = () => view.style(style());
  document.addEventListener("themechange", themed);
  performance.measure("graph-drawn", { start: begun });
  container.dataset.drawn = String(view.nodes().length);
  return {
    add(more) {
      const fresh = more.filter((one) => view.getElementById(one.data.id).empty());
      view.add(fresh.filter((one) => !one.data.source).slice(0, Math.max(0, CAP - view.nodes().length)));
      const there = (id) => view.getElementById(id).nonempty();
      view.add(fresh.filter((one) => one.data.source && there(one.data.source) && there(one.data.target)));
      view.layout(layout(view.nodes().length, false)).run();
      container.dataset.drawn = String(view.nodes().length);
    },
    remove: (id) => view.getElementById(id).remove(),
    pick(id) {
      view.elements().unselect();
      view.getElementById(id).select();
    },
    zoom(factor) {
      view.zoom({ level: view.zoom() * factor, renderedPosition: { x: view.width() / 2, y: view.height() / 2 } });
    },
    fit: () => view.fit(undefined, 24),
    count: () => view.nodes().length,
    end() {
      document.removeEventListener("themechange", themed);
      view.destroy();
    },
  };
}
