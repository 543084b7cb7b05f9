// Uncertainty: start an ensemble, see how far it is, stop it, go on; then what it says.
import { choose, faulty, get, h, num, pct, s, send, shellLine, table, upper } from "./dom.js";
import { overTime } from "./fan.js";

export async function uncertainty(root, about, query, go) {
  const ready = await get("scenarios");
  const asked = { name: query.text ? "" : query.name || "heavy-ree-licences-2025", text: query.text || null, set: query.set ? query.set.split(";") : [], n: +(query.n || 200), seed: +(query.seed || 0) };
  const title = Object.fromEntries(ready.map((r) => [r.name, r.title]));
  const what = () => ({ ...(asked.text ? { text: asked.text } : { name: asked.name }), set: asked.set });
  const list = h("div", { id: "jobs" });
  const shown = h("div", { id: "result" });
  const faults = h("div");
  const note = h("p", { className: "note" }, asked.set.length ? `With ${asked.set.join("; ")}` : "");
  let timer = null, open = query.job || null;
  const start = h("button", { type: "button", className: "main", id: "start", onclick: async () => {
    faults.replaceChildren();
    try { const job = await send("ensembles", { ...what(), n: asked.n, seed: asked.seed }); open = job.id; go("uncertainty", here(), true); tick(); }
    catch (error) { faults.replaceChildren(faulty(error)); }
  } }, "Start");
  root.replaceChildren(h("h1", {}, "How sure is the answer?"),
    h("p", {}, "An ensemble solves the scenario for many draws of what is assumed. What is solved is kept at once: stopping costs nothing, and a server that ends goes on when it starts again."),
    h("div", { className: "controls" }, choose("Scenario", [...(asked.text ? [["", "my own text"]] : []), ...ready.map((r) => [r.name, r.title])], asked.name, (v) => { asked.name = v; asked.text = null; asked.set = []; note.replaceChildren(); }),
      h("label", { className: "field" }, h("span", {}, "Draws"), h("input", { type: "number", id: "draws", min: 1, max: 20000, value: asked.n, onchange: (e) => { asked.n = +e.target.value; } })),
      h("label", { className: "field" }, h("span", {}, "Seed"), h("input", { type: "number", min: 0, value: asked.seed, onchange: (e) => { asked.seed = +e.target.value; } })), start), note, faults, list, shown);

  async function tick() {
    clearTimeout(timer);
    if (!root.contains(list)) return;
    let jobs = [];
    try { jobs = await get("ensembles"); } catch (error) { faults.replaceChildren(faulty(error)); }
    list.replaceChildren(table("Ensembles of this run store", [["Scenario"], ["Draws", "n"], ["Progress"], ["State"], [""]], jobs.map((j) => [[title[j.name] || j.name || "My own text", j.set.length ? h("span", { className: "note" }, ` with ${j.set.join("; ")}`) : ""], `${num(j.done, 6)} of ${num(j.n, 6)}, seed ${j.seed}`,
      h("progress", { max: j.n, value: j.done, "aria-label": `${j.done} of ${j.n} draws` }), h("span", { "data-state": j.state }, j.error && j.state === "failed" ? `failed: ${j.error}` : j.state),
      j.state === "working" ? h("button", { type: "button", className: "small", "data-do": "stop", onclick: () => act(() => send(`ensembles/${j.id}`, undefined, { method: "DELETE" })) }, "Stop")
        : j.state === "done" ? h("button", { type: "button", className: "small", "data-do": "show", onclick: () => show(j) }, "Show")
          : h("button", { type: "button", className: "small", "data-do": "resume", onclick: () => act(() => send(`ensembles/${j.id}/resume`)) }, "Go on")]), "None yet."));
    const mine = jobs.find((j) => j.id === open);
    if (mine?.state === "done" && shown.dataset.job !== mine.id) await show(mine);
    if (jobs.some((j) => j.state === "working")) timer = setTimeout(tick, 700);
  }
  async function act(what) { try { await what(); } catch (error) { faults.replaceChildren(faulty(error)); } tick(); }

  const here = () => ({ ...asked, set: asked.set.join(";"), job: open, product: query.product, country: query.country });
  const keep = (more) => { Object.assign(query, more); go("uncertainty", here(), true); };

  async function show(job) {
    open = job.id; shown.dataset.job = job.id;
    try {
      const r = await get(`ensembles/${job.id}/result`);
      shown.replaceChildren(...view(r, query, keep), shellLine(`ytterby run ${job.name || "scenario.toml"}${job.set.map((x) => ` --set ${x}`).join("")} --ensemble ${job.n} --seed ${job.seed}`));
    } catch (error) { shown.replaceChildren(faulty(error)); }
  }
  await tick();
}

function view(r, query, keep) {
  const called = (id) => r.names?.[id] || id;
  const lost = r.shortages.filter((x) => x.base > 0 && x.country === "outside" && x.p95 / x.base > 0.005).sort((a, b) => b.p50 / b.base - a.p50 / a.base).slice(0, 14);
  const prices = r.prices.filter((x) => x.country === "outside" && x.base > 0 && x.p50 !== null && x.p95 / x.base > 1.02).sort((a, b) => b.p50 / b.base - a.p50 / a.base).slice(0, 14);
  return [h("h2", { className: "finding" }, r.finding), h("p", { className: "note" }, `${num(r.certified, 6)} of ${num(r.n, 6)} draws certified; ranges span nine draws of ten.`),
    exceedance(r.curve), overTime(r, called, query, keep), tornado(r.drivers, r.value_lost.p50, called),
    table("Use lost outside, part of base use", [["Product"], ["Unit", "u"], ["Base", "n"], ["p5", "n"], ["p50", "n"], ["p95", "n"], ["0 to all of it", "dots"]], lost.map((x) => [called(x.product), x.unit, num(x.base), num(x.p5), num(x.p50), num(x.p95), interval(x.p5 / x.base, x.p50 / x.base, x.p95 / x.base)])),
    table("Prices outside, USD/kg; above five times the base no more is said than that", [["Product"], ["Base, USD/kg", "n"], ["p5", "n"], ["p50", "n"], ["p95", "n"], ["1 to 6 times base", "dots"]], prices.map((x) => [called(x.product), num(x.base), ...[x.p5, x.p50, x.p95].map((v) => (v > 5 * x.base ? `≥ ${num(5 * x.base)}` : num(v))), interval((x.p5 / x.base - 1) / 5, (x.p50 / x.base - 1) / 5, (x.p95 / x.base - 1) / 5)])),
    table("Limits", [["Limit"], ["binds in", "n"]], r.binding.map((b) => [called(b.id), pct(100 * b.chance)]))].flat().filter(Boolean);
}

export function interval(low, mid, high) {
  const at = (v) => 4 + 192 * Math.max(0, Math.min(1, v));
  return s("svg", { viewBox: "0 0 200 18", role: "img", "aria-label": `${num(low)} to ${num(high)}, middle ${num(mid)}` }, s("line", { x1: 4, x2: 196, y1: 9, y2: 9, class: "rail-line" }), s("line", { x1: at(low), x2: at(high), y1: 9, y2: 9, class: "spread" }), s("circle", { cx: at(mid), cy: 9, r: 4, class: "home" }));
}

function exceedance(curve) {
  if (!curve?.length) return null;
  const found = Math.max(...curve.map((p) => p.value_lost)) || 1;
  const step = [1, 2, 2.5, 5, 10].map((x) => x * 10 ** Math.floor(Math.log10(found / 4))).find((x) => 4 * x >= found) || found / 4;
  const most = 4 * step;
  const xy = (p) => `${(64 + 516 * Math.max(0, p.value_lost) / most).toFixed(1)},${(180 - 160 * p.chance).toFixed(1)}`;
  return h("figure", {}, h("figcaption", {}, "Chance that use worth more than this is lost (million USD a year at base prices)"), s("svg", { viewBox: "0 0 600 205", role: "img", "aria-label": `The chance falls to nothing at ${num(most)} million USD a year.` },
    [0, 0.5, 1].map((c) => [s("line", { x1: 64, x2: 580, y1: 180 - 160 * c, y2: 180 - 160 * c, class: "rail-line" }), s("text", { x: 58, y: 184 - 160 * c, class: "axis", "text-anchor": "end" }, pct(100 * c).replace("no data", "0"))]),
    s("polyline", { points: [{ value_lost: 0, chance: 1 }, { ...curve[0], chance: 1 }, ...curve].map(xy).join(" "), class: "trend" }), [0, 0.25, 0.5, 0.75, 1].map((f) => s("text", { x: 64 + 516 * f, y: 198, class: "axis", "text-anchor": "middle" }, num(most * f)))));
}

function tornado(drivers, middle, called) {
  if (!drivers?.length) return null;
  const ends = drivers.flatMap((d) => [d.low, d.high, middle]);
  const [a, b] = [Math.min(...ends), Math.max(...ends)];
  const x = (v) => 2 + 196 * (v - a) / (b - a || 1);
  const bar = (v, y, kind) => s("rect", { x: Math.min(x(v), x(middle)), y, width: Math.max(Math.abs(x(v) - x(middle)), 0.5), height: 6, class: kind });
  return table(`What drives it: median lost value in the lowest (orange) and the highest (blue) fifth of each input, million USD a year; the line is the median of all, ${num(middle)}`,
    [["Input"], ["Lowest fifth", "n"], ["Highest fifth", "n"], [`${num(a)} to ${num(b)}`, "dots"]],
    drivers.map((d) => [upper(called(d.id)), num(d.low), num(d.high), s("svg", { viewBox: "0 0 200 18", role: "img", "aria-label": `${num(d.low)} to ${num(d.high)}` }, bar(d.low, 2, "loss"), bar(d.high, 10, "gain"), s("line", { x1: x(middle), x2: x(middle), y1: 0, y2: 18, class: "one" }))]));
}
