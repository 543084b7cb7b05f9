// Risk: the indicators side by side as dot and interval, and why they differ; a company's own purchases.
import { choose, faulty, get, h, num, s, send, shellLine, stageName, table, upper } from "./dom.js";
import { shapes } from "./map.js";
import { whyButton } from "./why.js";

function dot(line) {
  if (line.value === null && (line.low === null || line.high === null)) return "";
  const most = line.method.startsWith("eu-") ? 10 : 1;
  const at = (v) => 4 + 192 * Math.max(0, Math.min(1, v / most));
  return s("svg", { viewBox: "0 0 200 18", role: "img", "aria-label": `${line.value === null ? `${num(line.low)} to ${num(line.high)}` : num(line.value)} on a scale of 0 to ${most}` }, s("line", { x1: 4, x2: 196, y1: 9, y2: 9, class: "rail-line" }),
    line.low !== null && line.high !== null ? s("line", { x1: at(line.low), x2: at(line.high), y1: 9, y2: 9, class: "spread" }) : null, line.value !== null ? s("circle", { cx: at(line.value), cy: 9, r: 4, class: "home" }) : null);
}

export async function risk(root, about, query, go) {
  const world = await shapes();
  const state = { material: query.material || "Dy", economy: query.economy || "DEU", year: query.year || "2024" };
  const move = (change) => go("risk", { ...state, ...change });
  const materials = [...about.elements.map((e) => [e, `${about.names[e]} (${e})`]), ...about.materials.filter((m) => !about.elements.includes(m.id)).map((m) => [m.id, upper(m.name)])];
  const places = Object.entries(world.names).sort((a, b) => a[1].localeCompare(b[1]));
  const body = h("div", {}, h("p", { className: "note" }, "Looking …"));
  root.replaceChildren(h("div", { className: "controls" }, choose("Material", materials, state.material, (material) => move({ material })), choose("For", places, state.economy, (economy) => move({ economy }))), body, company(about));
  try {
    const found = await get("risk", state);
    const named = (text) => text.replace(/\b[A-Z]{3}\b/g, (code) => world.names[code] || code);
    const cited = Object.fromEntries(found.sources.map((x) => [x.id, x]));
    const rows = (l) => l.sources.filter((x) => cited[x]).map((x) => ({ value: l.value, unit: "", citation: `${cited[x].publisher}, ${cited[x].title} (${cited[x].edition}). ${cited[x].url}` }));
    body.replaceChildren(h("h1", {}, `${found.name[0].toUpperCase()}${found.name.slice(1)} for ${world.names[found.economy] || found.economy}, ${found.year}`),
      table("Indicators side by side; EU scores run from 0 to 10, the others from 0 to 1", [["Indicator"], ["Stage"], ["Value", "n"], ["Range", "n"], ["On its scale", "dots"], ["Status"]], found.indicators.map((l) => [l.title.replace("0..1", "0 to 1"), l.stage.split(", ").map(stageName).join(", "),
        l.value === null ? (l.low === null || l.high === null ? "no data" : "a range") : whyButton(num(l.value), { said: [l.inputs, l.note, l.interval && `Range: ${l.interval}`].filter(Boolean).join(" · "), rows: rows(l), term: { hhi: "HHI", "net-import-reliance": "net import reliance", "import-reliance": "import reliance (EU)", companionality: "companionality" }[l.method] }),
        l.low === null || l.high === null || l.low === l.high ? "" : `${num(l.low)} to ${num(l.high)}`, dot(l), l.status])),
      h("h2", {}, "Why they differ"), h("ul", { className: "lines" }, found.why_they_differ.map((x) => h("li", {}, named(x)))),
      ...Object.entries(found.statuses).filter(([k]) => k !== "ok").map(([k, v]) => h("p", { className: "note" }, `${k}: ${v}`)), shellLine(`ytterby risk ${found.material} --for ${found.economy} --year ${found.year}`));
  } catch (error) { body.replaceChildren(faulty(error)); }
}

function company(about) {
  if (about.read_only) return h("p", { className: "note" }, "A public mirror takes no company's list; run it on your own machine.");
  const out = h("div");
  return h("section", {}, h("h2", {}, "Your company's purchases"), h("p", {}, "A table with the columns material, country, quantity_kg, value, year. It goes to the program on this machine, and is not kept."),
    h("label", { className: "field" }, h("span", {}, "CSV, Parquet or Excel"), h("input", { type: "file", accept: ".csv,.xlsx,.parquet", id: "purchases", onchange: async (e) => {
      const file = e.target.files[0];
      if (!file) return;
      try {
        const r = await send(`purchases?name=${encodeURIComponent(file.name)}`, file, { raw: true, type: "application/octet-stream" });
        out.replaceChildren(table("Your purchases", [["Material"], ["Stage"], ["Year", "n"], ["t", "n"], ["HHI", "n"], ["Risk of origins", "n"], ["Score", "n"], ["Most from"], ["Status"]], r.purchases.map((p) => [p.material, p.stage, String(p.year), num(p.quantity_t), num(p.hhi), num(p.import_risk), num(p.score), p.top || "", p.status])),
          h("ul", {}, r.notes.map((n) => h("li", {}, n))), shellLine(`ytterby risk --purchases ${file.name}`));
      } catch (error) { out.replaceChildren(faulty(error)); }
    } })), out);
}
