// Deals: who gains, who would leave, what trust it needs; one file, solved as the shell solves it.
import { choose, faulty, get, h, money, num, s, send, shellLine, sourceNames, table, upper, withSources } from "./dom.js";
import { shapes } from "./map.js";

export async function deals(root, about, query, go) {
  const [ready, world, names] = await Promise.all([get("deals"), shapes(), sourceNames()]);
  const state = { name: query.name || ready[0].name, view: query.view || "" };
  const chosen = ready.find((d) => d.name === state.name) || ready[0];
  const move = (change) => go("deals", { ...state, ...change });
  const text = h("textarea", { spellcheck: false, "aria-label": "The deal as TOML", value: chosen.text });
  const out = h("div", { "aria-busy": "true" }, h("p", { className: "note" }, "Solving every coalition; some seconds …"));
  const views = h("span", {});
  const offer = (known) => views.replaceChildren(choose("Whose titles must consent", [["", "not asked"], ...known.map((v) => [v, v === "UN" ? "as the United Nations see them" : `as ${world.names[v] || v} sees them`])], state.view, (view) => move({ view })));
  offer(state.view ? [state.view] : []);
  root.replaceChildren(h("div", { className: "controls" }, choose("Deal", ready.map((d) => [d.name, d.title]), chosen.name, (name) => move({ name })),
    views),
  h("details", {}, h("summary", {}, "The deal as a TOML file"), text, h("button", { type: "button", id: "solve", onclick: () => solve({ text: text.value, view: state.view }) }, "Solve this text")), out);
  async function solve(body) {
    out.setAttribute("aria-busy", "true");
    try { const found = await send("deal", body); offer(found.viewpoints.map((v) => v.view).filter((v) => v !== "none asked")); out.replaceChildren(...shown(found, chosen, state, world.names, names)); } catch (error) { out.replaceChildren(faulty(error)); }
    out.setAttribute("aria-busy", "false");
  }
  await solve({ name: chosen.name, view: state.view });
}

function shown(d, chosen, state, countries, names) {
  const named = (text) => text.replace(/\b[A-Z]{3}\b/g, (code) => countries[code] || code);
  const name = Object.fromEntries(d.parties.map((p) => [p.id, p.name]));
  const clause = Object.fromEntries(d.clauses.map((c) => [c.id, c.title]));
  const room = d.parties.filter((p) => p.present);
  const value = (kind) => d.values[kind] || {};
  const most = Math.max(...room.map((p) => Math.abs(d.gains[p.id]?.total ?? 0)), 1e-9);
  const bar = (v) => s("svg", { viewBox: "0 0 200 18", role: "img", "aria-label": num(v) }, s("line", { x1: 100, x2: 100, y1: 1, y2: 17, class: "one" }), s("rect", { x: v < 0 ? 100 + 96 * v / most : 100, y: 3, width: Math.abs(96 * v / most), height: 12, class: v < 0 ? "loss" : "gain" }));
  const kept = h("ul", { className: "lines", id: "kept" });
  const out = h("output", { htmlFor: "trust" });
  const slide = (v) => {
    out.textContent = num(v);
    kept.replaceChildren(...d.trust.parties.map((p) => h("li", {}, `${name[p.party]}: `, p.trust_needed === null ? "gains nothing by it even if all keep it" : v >= p.trust_needed ? `joins (needs ${num(p.trust_needed)})` : `stays out (needs ${num(p.trust_needed)})`)));
  };
  slide(d.trust.believed);
  const leaver = d.stability.leaver;
  const listed = (ids) => ids.map((c) => clause[c] || c).join("; ");
  const blocks = (x) => [listed(x.blocks) || "nothing", ...Object.entries(x.blocks_by_view).map(([view, ids]) => `by the view of ${named(view)}: ${listed(ids)}`)].join("; ");
  return [
    h("h1", { className: "finding" }, d.finding),
    table("What each party gains, million USD a year, against the world without the deal", [["Party"], ["As written", "n"], ["Gain or loss", "dots"], ["Shapley", "n"], ["Prenucleolus", "n"], ["Nash", "n"]], room.map((p) => [p.name, money(d.gains[p.id]?.total), bar(d.gains[p.id]?.total ?? 0), ...["shapley", "nucleolus", "nash"].map((k) => money(value(k)[p.id]))])),
    table("What they promise", [["Clause"], ["Holds when these agree"], ...(d.clauses.some((c) => c.stage > 1) ? [["Stage", "n"]] : [])], d.clauses.map((c) => [c.title, c.needs.map((p) => name[p] || p).join(", "), ...(d.clauses.some((x) => x.stage > 1) ? [String(c.stage)] : [])])),
    h("h2", {}, "Is it stable?"),
    h("p", {}, d.stability.core_empty ? "No: whatever the shares, some coalition would gain by leaving (the core is empty)." : "There are shares that keep everyone (the core is not empty)."),
    leaver ? h("p", {}, `As written, ${leaver.members.map((m) => name[m] || m).join(" and ")} would have ${money(leaver.worth)} alone and get ${money(leaver.gets)}: ${money(leaver.excess)} more by leaving.`) : h("p", {}, "As written, nobody gains by leaving."),
    h("h2", {}, "Trust"), h("label", { htmlFor: "trust" }, "Chance that the others keep it: "), out, h("input", { id: "trust", type: "range", min: 0, max: 1, step: 0.01, value: d.trust.believed, oninput: (e) => slide(+e.target.value) }), kept,
    table("Coalitions, million USD a year", [["Members"], ["Worth", "n"]], d.worth.map((w) => [w.members.map((m) => name[m] || m).join(", "), money(w.value)])),
    table("Views on title, side by side", [["View"], ["Clauses that stand"], ["Together", "n"]], d.viewpoints.map((v) => [named(v.view), v.clauses.map((c) => clause[c] || c).join("; ") || "none", money(v.total)])),
    ...(d.voting ? [h("p", {}, `A vote${d.voting.title ? ` on ${d.voting.title}` : ""}: if all vote as they gain, it ${d.voting.passes ? "passes" : "fails"}, with ${num(d.voting.weight_for)} for it and ${num(d.voting.quota)} needed.`)] : []),
    ...(d.said.length ? [table("What each side says, in our words", [["By"], ["Says"], ["Read in"]], d.said.map((x) => [x.by, x.says, `${x.source.publisher}, ${x.source.date}`]))] : []),
    table("Who is outside the room, million USD a year", [["Country"], ["Gain", "n"]], d.outsiders.slice(0, 10).map((o) => [countries[o.country] || o.country, money(o.gain)])),
    d.spoilers.length ? table("Parties that are absent, million USD a year", [["Party"], ["Change", "n"], ["Can block"]], d.spoilers.map((x) => [name[x.party], money(x.gain), blocks(x)])) : "",
    h("h2", {}, "What the file states about title and control"), h("ul", {}, d.statements.length ? d.statements.map((x) => h("li", {}, withSources(named(x), names))) : h("li", {}, "Nothing: no title is in question.")),
    table("Which assumptions move the total", [["Assumption"], ["Value", "n"], ["Low", "n"], ["High", "n"], ["Total at low", "n"], ["Total at high", "n"]], d.sensitivity.slice(0, 10).map((x) => [upper(x.title), num(x.value), num(x.low), num(x.high), money(x.at_low), money(x.at_high)])),
    h("p", { className: "note", id: "hash" }, `Data edition ${d.edition} · input ${d.input_hash.slice(0, 12)}`), shellLine(`ytterby deal ${chosen.name}${state.view ? ` --view ${state.view}` : ""}`),
  ];
}
