// The map of a flow: nodes laid out by dagre, drawn as own SVG. Loaded only where there is one.
import * as dagreModule from "@dagrejs/dagre";

const dagre = dagreModule.default || dagreModule;
const NODE = { width: 132, height: 48 };
const GATEWAY = { width: 56, height: 56 };
function svg(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [k, v] of Object.entries(attributes)) made.setAttribute(k, v);
  if (text !== undefined) made.textContent = text;
  return made;
}
function node(n) {
  const host = svg("g", { class: `flow-node ${n.state || ""}`, transform: `translate(${n.x} ${n.y})` });
  host.append(n.kind === "gateway" ? svg("path", { d: "M0 -28L28 0L0 28L-28 0z" }) : svg("rect", { x: -66, y: -24, width: 132, height: 48, rx: n.kind === "event" ? 24 : 8 }));
  host.append(svg("text", { "text-anchor": "middle", dy: n.sub ? "-.1em" : ".35em" }, n.label));
  if (n.sub) host.append(svg("text", { "text-anchor": "middle", dy: "1.25em", class: "sub" }, n.sub));
  return host;
}
function draw(box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: innerWidth < 700 ? "TB" : "LR", nodesep: 28, ranksep: 46, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const n of data.nodes) graph.setNode(n.id, { ...(n.kind === "gateway" ? GATEWAY : NODE), ...n });
  for (const e of data.edges) graph.setEdge(e.from, e.to, { ...e, width: e.label ? 60 : 0, height: 16, labelpos: "c" });
  dagre.layout(graph);
  const { width, height } = graph.graph();
  const map = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, class: "flow-map", role: "img", "aria-label": data.title });
  const arrow = svg("marker", { id: "flow-arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" });
  arrow.append(svg("path", { d: "M0 0L8 4L0 8z", class: "flow-arrow" }));
  const definitions = svg("defs", {});
  definitions.append(arrow);
  map.append(svg("title", {}, data.title), definitions);
  for (const key of graph.edges()) {
    const edge = graph.edge(key);
    map.append(svg("path", { d: "M" + edge.points.map((p) => `${p.x} ${p.y}`).join("L"), class: "flow-edge", "marker-end": "url(#flow-arrow)" }));
    if (edge.label) map.append(svg("text", { x: edge.x, y: edge.y - 5, class: "flow-elabel", "text-anchor": "middle" }, edge.label));
  }
  for (const id of graph.nodes()) map.append(node(graph.node(id)));
  box.append(map);
}
document.querySelectorAll("[data-flow]").forEach(draw);
