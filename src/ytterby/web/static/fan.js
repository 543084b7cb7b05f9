// An ensemble over many periods: for a product and a country the median of each period with its band, and the numbers.
import { choose, folded, h, money, num, s, table, upper } from "./dom.js";

const W = 480, H = 230, LEFT = 58, RIGHT = 12, TOP = 14, BOTTOM = 26;
const SPREAD = ["p5", "p50", "p95"];
const TRUSTED = 5; // above five times the base no more is said than that

// A row of every period; the JSON leaves out rows that stay at their base, which is zero for what is lost.
function series(r, part, product, country, still) {
  const found = r.periods.map((p) => p[part].find((x) => x.product === product && x.country === country));
  const whole = r[part]?.find((x) => x.product === product && x.country === country) || found.find(Boolean);
  if (!whole?.base) return null;
  const rows = found.map((x) => x || { p5: still * whole.base, p50: still * whole.base, p95: still * whole.base });
  return { unit: whole.unit, base: whole.base, rows };
}

function fan(title, labels, rows, unit, kind, base = null, most = Infinity) {
  const at = (v) => (v === null ? null : Math.min(v, most));
  const told = rows.flatMap((x) => SPREAD.map((q) => at(x[q]))).filter((v) => v !== null);
  if (!told.length) return null;
  const top = Math.max(...told, base || 0) * 1.08 || 1;
  const rough = top / 4, ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((x) => x * ten).find((x) => x >= 0.999 * rough);
  const x = (i) => +(LEFT + (W - LEFT - RIGHT) * i / Math.max(rows.length - 1, 1)).toFixed(1);
  const y = (v) => +(H - BOTTOM - (H - TOP - BOTTOM) * Math.max(0, v) / top).toFixed(1);
  const known = rows.map((row, i) => [i, row]).filter(([, row]) => SPREAD.every((q) => row[q] !== null));
  const points = (q, list) => list.map(([i, row]) => `${x(i)},${y(at(row[q]))}`);
  const steps = Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, k) => k * step);
  const every = Math.max(1, Math.ceil((labels.length - 1) / 5));
  const end = (i) => (i === labels.length - 1 ? "end" : "middle");
  const said = known.length ? ` from ${num(known[0][1].p50)} to ${num(known.at(-1)[1].p50)}` : "";
  return h("figure", {}, h("figcaption", {}, `${title}, ${unit}`), s("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${title}: median${said} ${unit}` },
    steps.map((v) => [s("line", { x1: LEFT, x2: W - RIGHT, y1: y(v), y2: y(v), class: "grid" }), s("text", { x: LEFT - 6, y: y(v) + 3.5, "text-anchor": "end", class: "axis" }, num(v, 4))]),
    labels.map((text, i) => (i % every ? null : s("text", { x: x(i), y: H - 8, "text-anchor": end(i), class: "axis" }, text))),
    base === null ? null : s("line", { x1: LEFT, x2: W - RIGHT, y1: y(base), y2: y(base), class: "was" }),
    known.length ? s("path", { d: `M${[...points("p95", known), ...points("p5", [...known].reverse())].join("L")}Z`, class: `fan ${kind}` }) : null,
    known.length ? s("path", { d: `M${points("p50", known).join("L")}`, class: `line ${kind}` }) : null));
}

// The products whose lost use outside is worth most in the worst period of the median draw, and where each is used.
function choices(r, called) {
  const price = Object.fromEntries(r.prices.filter((x) => x.country === "outside").map((x) => [x.product, x.base || 0]));
  const products = r.peaks.filter((x) => x.country === "outside" && x.base > 0 && x.p95 > 0.005 * x.base)
    .sort((a, b) => b.p50 * (price[b.product] || 0) - a.p50 * (price[a.product] || 0)).map((x) => [x.product, upper(called(x.product))]);
  const countries = (product) => [["outside", "All outside the acting countries"],
    ...r.peaks.filter((x) => x.product === product && x.country !== "outside").sort((a, b) => b.p50 - a.p50).map((x) => [x.country, called(x.country)])];
  return { products, countries };
}

export function overTime(r, called, asked, keep) {
  if (!r.periods?.length) return null;
  const labels = r.periods.map((p) => p.label);
  const value = r.periods.map((p) => p.value_lost);
  const { products, countries } = choices(r, called);
  const one = h("div", { id: "fan" });
  const pick = h("div", { className: "controls" });
  let product = products.some(([id]) => id === asked.product) ? asked.product : products[0]?.[0];
  let country = asked.country || "outside";
  function draw() {
    const places = countries(product);
    if (!places.some(([id]) => id === country)) country = "outside";
    pick.replaceChildren(choose("Product", products, product, (v) => { product = v; keep({ product, country }); draw(); }),
      choose("Where", places, country, (v) => { country = v; keep({ product, country }); draw(); }));
    const lost = series(r, "shortages", product, country, 0);
    const price = series(r, "prices", product, country, 1);
    const stock = series(r, "stocks", product, country, 1);
    const most = price ? TRUSTED * price.base : Infinity;
    const shares = lost?.rows.map((row) => Object.fromEntries(SPREAD.map((q) => [q, 100 * row[q] / lost.base])));
    const shown = [[lost, "Use lost", (v) => num(v)], [price, "Price", (v) => (v > most ? `≥ ${num(most)}` : num(v))], [stock, "Stocks", (v) => num(v)]].filter(([found]) => found);
    const heads = [["Period"], ...shown.flatMap(([, name]) => SPREAD.map((q, k) => [k ? q : `${name} ${q}`, "n"]))];
    one.replaceChildren(...[h("div", { className: "overtime" },
      shares ? fan("Use lost", labels, shares, "% of base use", "loss") : null,
      price ? fan("Price", labels, price.rows, price.unit, "scen", price.base, most) : null,
      stock ? fan("Stocks", labels, stock.rows, stock.unit, "gain", stock.base) : null),
    shown.length ? table(`${upper(called(product))}, ${country === "outside" ? "outside the acting countries" : called(country)}, by period: ${shown.map(([found, name]) => `${name.toLowerCase()} in ${found.unit}${name === "Use lost" ? " a year" : ""}`).join(", ")}`, heads, labels.map((text, i) => [text, ...shown.flatMap(([found, , told]) => SPREAD.map((q) => told(found.rows[i][q])))])) : null].filter(Boolean));
  }
  if (product) draw();
  return [h("h2", {}, "Over time"),
    h("div", { className: "overtime" }, fan("Value of lost use", labels, value, "million USD a year", "loss")),
    folded("The numbers by period", table("Value of lost use by period, million USD a year", [["Period"], ...SPREAD.map((q) => [q, "n"])], value.map((v, i) => [labels[i], ...SPREAD.map((q) => money(v[q]))]))),
    product ? pick : null, one,
    h("p", { className: "note" }, `Line: median of the draws in that period; band: nine draws of ten, of each period by itself. Dashed: base year, or usual stock. Prices are drawn up to ${TRUSTED} times the base. Tables below are of means over the periods.`)];
}
