// The atlas: who holds which share of a stage, on a map, in a table and along the chain.
import { choose, faulty, formName, get, h, longTable, num, pct, picture, s, say, shellLine, stageName, table, upper } from "./dom.js";
import { shapes, shareWords, worldMap } from "./map.js";
import { whyButton } from "./why.js";

const STAGES = ["mine", "separation", "metal", "magnet"].map((x) => [x, stageName(x)]);
const TERMS = { mine: "mining", separation: "separation", metal: "metal-making", magnet: "magnet-making" };
const base = (year) => ({ text: `schema = 1\nname = "base"\ntitle = "Base year"\nbase = { chain = "rare-earths", year = ${year} }\ntime = { step = "year", from = ${year}, to = ${year} }\n` });

export async function atlas(root, about, query, go) {
  const state = { material: query.material || "Dy", stage: query.stage || "", year: query.year || "2024", country: query.country || "" };
  const inChain = about.elements.includes(state.material);
  const known = about.materials.find((m) => m.id === state.material);
  const printed = (known?.stages || ["mine"]).map((x) => [x, stageName(x)]);
  const stages = inChain ? STAGES : printed;
  if (!stages.some(([x]) => x === state.stage)) state.stage = inChain ? "separation" : stages[0][0];
  const move = (change) => go("atlas", { ...state, ...change });
  const materials = [...about.elements.map((e) => [e, `${about.names[e]} (${e}, whole chain)`]), ...about.materials.filter((m) => !about.elements.includes(m.id)).map((m) => [m.id, upper(m.name)])];
  const controls = h("div", { className: "controls" },
    choose("Material", materials, state.material, (material) => move({ material, stage: "", country: "" })),
    choose("Stage", stages, state.stage, (stage) => move({ stage })),
    h("label", { className: "field" }, h("span", {}, "Year"), h("input", { type: "number", min: 1990, max: 2030, value: state.year, onchange: (e) => move({ year: e.target.value }) })));
  const body = h("div", {}, h("p", { className: "note" }, "Looking …"));
  root.replaceChildren(controls, body);
  try {
    const [world, found] = await Promise.all([shapes(), inChain ? get("chain", { element: state.material, year: state.year }) : get("producers", { material: state.material, stage: state.stage, year: state.year })]);
    body.replaceChildren(...(inChain ? chain(world, found, state, move) : printedOnly(world, found, state, move)));
    if (state.country) await panel(body.querySelector(".panel"), world, found, state, inChain);
  } catch (error) { body.replaceChildren(faulty(error)); }
}

function chain(world, found, state, move) {
  // Metal and magnets of an element count what is contained; the table of shares says of which product.
  const rows = found.shares.filter((r) => r.stage === state.stage);
  const values = {};
  for (const r of rows) values[r.country] = Math.max(values[r.country] ?? 0, r.base);
  const top = rows[0];
  const hhi = found.concentration.find((c) => c.stage === state.stage);
  const why = (r) => whyButton(pct(r.base), { document: base(state.year), term: TERMS[r.stage], also: r.stage === "mine" ? [`base/mine/REE/${r.country}`] : null, keys: [`share/${r.stage}/${found.element}/${r.country}`, `base/${r.stage}/${found.element}/${r.country}`, `base/mine/${found.element}/${r.country}`, `from/${{ separation: "oxide", metal: "metal", magnet: "magnet" }[r.stage] || "oxide"}/${r.country}`, `base/${r.stage}/${found.element}`, `base/mine/${found.element}`],
    said: `Share of world output of the stage, in contained ${found.element}, after the sources of the base year were balanced against each other.` });
  const tiles = h("dl", { className: "tiles" },
    top ? h("div", {}, h("dt", {}, `${top.who}: the largest share of ${found.name.toLowerCase()}, ${stageName(state.stage)}`), h("dd", {}, why(top))) : null,
    h("div", {}, h("dt", {}, "countries that make any at this stage"), h("dd", {}, String(rows.filter((r) => r.base > 0).length))),
    hhi ? h("div", {}, h("dt", {}, "HHI of the stage, 0 to 1"), h("dd", {}, num(hhi.hhi_base))) : null);
  const title = `${found.name}, ${stageName(state.stage)}, ${found.year}: share of world output`;
  return [
    h("h1", {}, `${found.name}: ${top ? `${top.who} holds ${pct(top.base)} of ${stageName(state.stage)}` : `no output of ${stageName(state.stage)}`}`),
    h("p", { className: "note" }, `Reconciled base year ${found.year}. Click a country, or use the arrow keys on the map.`), tiles,
    h("div", { className: "split" }, h("div", {}, worldMap(world, values, { title, words: shareWords(world), pick: (country) => move({ country }), chosen: state.country }),
      table(title, [["Country"], ["Share", "n"]], rows.map((r) => [r.who, why(r)]))),
    h("aside", { className: "panel", "aria-label": "Country" }, h("p", { className: "note" }, "Choose a country: its share at every stage, its figures over the years, and who depends on it."))),
    h("h2", {}, `${found.name} from mine to use`), picture(found.picture, `${found.name} from mine to use`),
    shellLine(`ytterby facts ${state.stage === "separation" || state.stage === "mine" ? found.element : "REE"} --stage ${state.stage}`),
  ];
}

function printedOnly(world, found, state, move) {
  const first = found.accounts[0];
  const name = upper(found.name);
  const line = shellLine(`ytterby facts ${found.material} --stage ${state.stage} --year ${state.year}`);
  const aside = h("aside", { className: "panel", "aria-label": "Country" }, h("p", { className: "note" }, "Choose a country."));
  if (!first) return [h("h1", {}, `${name}, ${stageName(state.stage)}, ${state.year}`), h("p", {}, "No publisher gives an account of the world at this stage near that year."), aside, line];
  const values = Object.fromEntries(first.rows.map((r) => [r.country, r.part]));
  const title = `${name}, ${stageName(state.stage)}, ${first.period}: part of world output (${first.publisher})`;
  const top = first.rows.find((r) => r.country !== "XXX");
  const head = h("h1", {}, `${name}: ${top.who} holds ${pct(top.part)} of ${stageName(state.stage)}`);
  const why = (a, r) => whyButton(a.shares_only ? pct(r.value) : `${num(r.value)} ${a.unit}`, { term: TERMS[state.stage], said: `Read from ${a.publisher}, period ${a.period}; in ${a.shares_only ? "per cent" : "tonnes"}.`, rows: a.sources.map((citation) => ({ value: r.value, unit: a.unit, citation })) });
  return [head, h("div", { className: "split" },
    h("div", {}, worldMap(world, values, { title, words: shareWords(world), pick: (country) => move({ country }), chosen: state.country }),
      found.accounts.map((a) => table(`${a.publisher}, ${a.period}${a.gaps.length ? `; no figure, which is not zero, for ${a.gaps.map((c) => world.names[c] || c).join(", ")}` : ""}`, [["Country"], ["Printed", "n"], ["Share", "n"]], a.rows.map((r) => [r.who, why(a, r), pct(r.part)])))),
    aside), line];
}

async function panel(aside, world, found, state, inChain) {
  const name = world.names[state.country] || state.country;
  aside.replaceChildren(h("h2", {}, name), h("p", { className: "note" }, "Looking …"));
  const printed = await get("country", { material: state.material, code: state.country }).catch(() => ({ figures: [] }));
  const all = inChain ? (await get("country", { material: "REE", code: state.country }).catch(() => ({ figures: [] }))).figures : [];
  const figures = [...all, ...printed.figures];
  const parts = [h("h2", {}, name)];
  if (inChain) {
    const own = found.shares.filter((r) => r.country === state.country);
    parts.push(table("Share at each stage", [["Stage"], ["Share", "n"]], STAGES.map(([x]) => { const r = own.find((o) => o.stage === x); return [stageName(x), r ? whyButton(pct(r.base), { document: base(state.year), term: TERMS[x], also: x === "mine" ? [`base/mine/REE/${state.country}`] : null, keys: [`base/${x}/${found.element}/${state.country}`, `base/mine/${found.element}/${state.country}`, `base/mine/${found.element}`] }) : "none in the base year"]; })));
    const sends = found.moves.filter((m) => m.origin === state.country).slice(0, 12);
    parts.push(table(`Who depends on ${name}`, [["Buyer"], ["Form"], ["Amount", "n"], ["of its imports", "n"]], sends.map((m) => [m.who, formName(m.form), `${num(m.base)} ${m.unit}`, pct(m.part)]), `Nobody buys ${found.name.toLowerCase()} from ${name} in the base year.`));
    const buys = found.moves.filter((m) => m.destination === state.country).slice(0, 8);
    parts.push(table(`On whom ${name} depends`, [["Seller"], ["Form"], ["Amount", "n"], ["of its imports", "n"]], buys.map((m) => [m.whom, formName(m.form), `${num(m.base)} ${m.unit}`, pct(m.part)]), `${name} imports none in the base year.`));
  }
  const series = figures.filter((f) => f.value !== null);
  const what = (f) => `${upper(stageName(f.stage))} of ${f.material}: ${f.measure.replaceAll("_", " ")}${f.form && f.form !== "all" ? `, ${f.form}` : ""}`;
  parts.push(trend(series), longTable("Printed figures", [["What"], ["Period"], ["Value", "n"]], figures.slice(-60).reverse().map((f) => [what(f), f.period, f.value === null ? f.qualifier.replace("_", " ") : whyButton(`${num(f.value)} ${f.unit}`, { rows: [f], said: f.note || "" })]), 12, "The atlas prints no figure of this country here."));
  aside.replaceChildren(...parts.filter(Boolean));
  say(`${name} opened`);
}

function trend(figures) {
  const groups = {};
  for (const f of figures) if (/^\d{4}$/.test(f.period) && f.measure === "production") (groups[`${f.material}|${f.stage}|${f.form || ""}|${f.unit}`] ??= new Map()).set(+f.period, f.value);
  const best = Object.entries(groups).sort((a, b) => b[1].size - a[1].size)[0];
  if (!best || best[1].size < 3) return null;
  const points = [...best[1]].sort((a, b) => a[0] - b[0]);
  const [x0, x1] = [points[0][0], points.at(-1)[0]];
  const most = Math.max(...points.map((p) => p[1])) || 1;
  const at = ([x, y]) => `${(30 + 260 * (x - x0) / (x1 - x0)).toFixed(1)},${(84 - 70 * y / most).toFixed(1)}`;
  const [material, stage, , unit] = best[0].split("|");
  return h("figure", {}, h("figcaption", {}, `${upper(stageName(stage))} of ${material}, ${unit} a year`), s("svg", { viewBox: "0 0 300 100", role: "img", "aria-label": `From ${num(points[0][1])} in ${x0} to ${num(points.at(-1)[1])} in ${x1}` },
    s("polyline", { points: points.map(at).join(" "), class: "trend" }), s("text", { x: 30, y: 97, class: "axis" }, String(x0)), s("text", { x: 290, y: 97, class: "axis", "text-anchor": "end" }, String(x1)), s("text", { x: 290, y: 10, class: "axis", "text-anchor": "end" }, num(most))));
}
