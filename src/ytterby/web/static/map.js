// The world as SVG: shaded by a number, hatched where there is none, reached by pointer and by keyboard.
import { get, h, pct, s } from "./dom.js";

let held = null;
export const shapes = () => (held ??= get("shapes"));

const SCALES = [[0.5, 1, 2, 4], [2, 4, 8, 12], [5, 10, 20, 30], [10, 25, 50, 75]];
export function breaksFor(values) {
  const most = Math.max(0, ...Object.values(values).filter((v) => v !== null && v !== undefined));
  return SCALES.find((b) => most <= 1.35 * b[3]) || SCALES[3];
}

function shade(v, breaks) {
  if (v === null || v === undefined) return "nd";
  if (v < -0.05) return "up";
  if (v < 0.05) return "q0";
  return `q${1 + breaks.filter((edge) => v > edge).length}`;
}

// values: per cent by ISO code. words(code, value) says it; pick(code) is called for a country.
export function worldMap(world, values, { title, words, pick, breaks, chosen }) {
  const edges = breaks || breaksFor(values);
  const ranked = Object.keys(values).filter((c) => world.paths[c] && values[c] !== null && values[c] !== undefined)
    .sort((a, b) => values[b] - values[a] || a.localeCompare(b));
  const marks = new Map();
  const say = (code) => words(code, values[code]);
  const step = (event, code) => {
    const at = ranked.indexOf(code);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: ranked.length - 1 }[event.key];
    if (to !== undefined && ranked[to]) { event.preventDefault(); marks.get(code).setAttribute("tabindex", -1); marks.get(ranked[to]).setAttribute("tabindex", 0); marks.get(ranked[to]).focus(); }
    else if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick?.(code); }
  };
  const drawn = [];
  const draw = (code, shape, props) => {
    const known = ranked.includes(code);
    const el = s(shape, { ...props, class: `${props.class || ""} ${shade(values[code], edges)}${code === chosen ? " chosen" : ""}`, "data-code": code,
      ...(pick ? { onclick: () => pick(code) } : {}) }, s("title", {}, say(code)));
    drawn.push([code, el, props.class || ""]);
    if (known && !marks.has(code)) {
      marks.set(code, el);
      el.setAttribute("role", pick ? "button" : "img");
      el.setAttribute("aria-label", say(code));
      if (pick) { el.setAttribute("tabindex", code === (ranked.includes(chosen) ? chosen : ranked[0]) ? 0 : -1); el.addEventListener("keydown", (e) => step(e, code)); }
    }
    return el;
  };
  const land = Object.entries(world.paths).map(([code, d]) => draw(code, "path", { d }));
  const small = Object.entries(world.small).filter(([code]) => values[code] !== null && values[code] !== undefined)
    .map(([code, [cx, cy]]) => draw(code, "circle", { cx, cy, r: 4, class: "small" }));
  const hatch = s("pattern", { id: "nodata", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    s("rect", { width: 5, height: 5, class: "nd-bg" }), s("line", { x1: 0, y1: 0, x2: 0, y2: 5, class: "nd-line" }));
  const svg = s("svg", { viewBox: `0 0 ${world.width} ${world.height}`, class: "map", role: "group", "aria-label": `${title}. Arrow keys go from country to country, Enter opens one.` },
    s("defs", {}, hatch), s("g", { class: "land" }, land), s("g", {}, small));
  const keys = [["nd", "no data"], ["q0", "none"], ...edges.map((e, i) => [`q${i + 1}`, `to ${e} %`]), [`q${edges.length + 1}`, `over ${edges.at(-1)} %`]];
  if (Object.values(values).some((v) => v < -0.05)) keys.splice(1, 0, ["up", "use gained"]);
  const legend = h("p", { className: "legend" }, keys.map(([c, text]) => h("span", {}, s("svg", { width: 16, height: 14, viewBox: "0 0 16 14", "aria-hidden": "true" }, s("rect", { width: 14, height: 12, x: 1, y: 1, class: c })), text)));
  const figure = h("figure", { className: "mapbox" }, h("figcaption", {}, title), svg, legend, h("p", { className: "note" }, world.note));
  // Paint other values on the same map; false when it needs another legend or other marks.
  figure.repaint = (next, edgesNext, titleNext) => {
    const has = (v) => v !== null && v !== undefined, gains = (all) => Object.values(all).some((v) => v < -0.05);
    const same = titleNext === title && String(edgesNext) === String(edges) && gains(next) === gains(values);
    if (!same || !Object.keys(world.paths).every((c) => has(next[c]) === has(values[c]))) return false;
    values = next;
    for (const [code, el, kind] of drawn) {
      el.setAttribute("class", `${kind} ${shade(values[code], edges)}${code === chosen ? " chosen" : ""}`);
      el.querySelector("title").textContent = say(code);
      if (el.hasAttribute("aria-label")) el.setAttribute("aria-label", say(code));
    }
    return true;
  };
  return figure;
}

export const shareWords = (world) => (code, v) => `${world.names[code] || code}: ${v === null || v === undefined ? "no data, which is not zero" : pct(v)}`;
