// The scenario desk: form, sliders and TOML are one document; the result stands beside it, against the base.
import { choose, faulty, folded, get, h, money, num, pct, picture, save, say, send, shellLine, table, upper } from "./dom.js";
import { shapes, worldMap } from "./map.js";
import { whyButton } from "./why.js";

const KINDS = [["xlsx", "Excel"], ["html", "Report"], ["svg", "SVG"], ["gpkg", "GeoPackage"], ["toml", "TOML"], ["json", "JSON"]];

// What the address bar holds: a ready name or a text, the settings, the element looked at.
export function fromQuery(query) {
  return { name: query.text ? null : query.name || "heavy-ree-licences-2025", text: query.text || null, set: query.set ? query.set.split(";").filter(Boolean) : [], element: query.element || null };
}
function binds(b) {
  const why = (b.why || "").replace(/^does not bind: /, "");
  return `${b.title}${why ? `: ${why}` : ""}.${b.shadow_price ? ` One more kilogram is worth ${num(b.shadow_price)} ${b.price_unit.replace("/kg", "")}.` : ""}`;
}
const toQuery = (doc) => ({ ...(doc.text ? { text: doc.text } : { name: doc.name }), ...(doc.set.length ? { set: doc.set.join(";") } : {}), ...(doc.element ? { element: doc.element } : {}) });
const overTime = (t, name, note) => [h("p", { className: "legend" }, t.key.map((k) => h("span", {}, h("i", { className: `key ${k.class}` }), k.name)), note ? h("span", {}, note) : null),
  h("div", { className: "overtime" }, t.charts.map((c) => h("figure", {}, h("figcaption", {}, c.title), picture(c.picture, `${name}: ${c.title}`))))];
const given = (doc) => ({ ...(doc.text !== null ? { text: doc.text } : { name: doc.name }), set: doc.set });

export async function desk(root, about, query, go) {
  const ready = await get("scenarios");
  let doc = fromQuery(query);
  const past = [];
  let pinned = null, last = null, form = null, running = false, again = false, againQuick = false, dragged = false, figure = null;
  const left = h("div", { className: "form" });
  const right = h("div", { "aria-busy": "true" }, h("p", { className: "note" }, "Solving …"));
  root.replaceChildren(h("div", { className: "desk" }, left, right));
  const world = await shapes();

  function change(next, { keep = true } = {}) {
    if (keep) past.push(doc);
    doc = next;
    go("desk", toQuery(doc), true);
    refresh();
  }

  // One question at a time; what changed meanwhile is asked once, last. While a slider moves the answer begins from the
  // one before it; when it rests, the whole is asked again as the shell would solve it.
  let resting = 0, settled = "";
  async function refresh(quick = false) {
    clearTimeout(resting);
    if (running) { again = true; againQuick = quick; return; }
    running = true;
    right.setAttribute("aria-busy", "true");
    const fade = setTimeout(() => right.classList.add("busy"), 250);
    const asked = doc, key = JSON.stringify(asked);
    if (!quick && form) describe();
    try {
      const found = await send("desk", { ...given(asked), element: asked.element ?? (quick ? last?.element : null) ?? null, quick });
      if (quick && last) found.elements = last.elements; // a quick answer holds the flows of one element
      last = found; draw(); right.dataset.shown = asked.set.join(";"); say(last.finding);
      if (!quick) settled = key;
    } catch (error) {
      if (error.status !== 409) { right.querySelector(".fault")?.remove(); right.prepend(faulty(error)); }
    }
    clearTimeout(fade);
    running = false;
    if (again) { again = false; refresh(againQuick); return; }
    right.classList.remove("busy"); right.setAttribute("aria-busy", "false");
    if (quick && !dragged) rest();
  }

  function rest() {
    clearTimeout(resting);
    resting = setTimeout(() => (settled === JSON.stringify(doc) ? describe() : refresh()), 300);
  }

  // The form and the text of the document as it is now; a slider in the hand is left alone.
  async function describe() {
    const asked = doc;
    let shape = null;
    try { shape = await send("scenario", given(asked)); } catch { /* the result says what is wrong */ }
    if (asked !== doc || dragged) return;
    if (shape) form = shape;
    drawForm();
  }

  const put = (path, value) => ({ ...doc, set: [...doc.set.filter((x) => !x.startsWith(`${path}=`)), `${path}=${value}`] });

  function slide(path, value) {
    if (form?.many) return; // many periods take seconds: solved when the slider is let go
    if (!dragged) { past.push(doc); dragged = true; }
    doc = put(path, value);
    refresh(true);
  }

  function release(path, value) {
    if (form?.many) { change(put(path, value)); return; }
    dragged = false;
    go("desk", toQuery(doc), true);
    if (!running) rest();
  }

  function slider(item) {
    const id = `s-${item.path}`;
    const out = h("output", { htmlFor: id }, pct(100 * item.value));
    const range = item.low !== null && item.high !== null ? `; assumed between ${pct(100 * item.low)} and ${pct(100 * item.high)}` : "";
    return h("div", {}, h("label", { htmlFor: id }, `${upper(item.label)}: `), out,
      h("input", { id, type: "range", min: item.min, max: item.max, step: item.step, value: item.value, "data-path": item.path,
        oninput: (e) => { out.textContent = pct(100 * e.target.value); slide(item.path, e.target.value); }, onchange: (e) => release(item.path, e.target.value) }),
      h("p", { className: "note" }, upper(`${item.why || ""}${range}`)));
  }

  function drawForm() {
    const focused = document.activeElement?.id;
    const open = left.querySelector("details")?.open;
    const text = h("textarea", { spellcheck: false, "aria-label": "The scenario as TOML", value: form?.text ?? doc.text ?? "" });
    left.replaceChildren(...[
      choose("Scenario", [...(doc.text !== null ? [["", "my own text"]] : []), ...ready.map((r) => [r.name, r.title])], doc.text !== null ? "" : doc.name, (name) => change({ name, text: null, set: [], element: null })),
      h("div", { className: "row" },
        h("button", { type: "button", id: "undo", disabled: !past.length, onclick: () => change(past.pop(), { keep: false }) }, "Undo"),
        h("button", { type: "button", id: "pin", onclick: () => { pinned = pinned ? null : last; draw(); drawForm(); } }, pinned ? "Stop comparing" : "Compare with this")),
      h("p", { className: "note" }, form?.description || ""),
      (form?.measures || []).map((m) => h("fieldset", { className: "measure" }, h("legend", {}, m.title),
        h("p", { className: "note" }, `${upper(m.kind.replace("_", " "))}${m.from ? `, from ${m.from}` : ""}${m.until ? `, until ${m.until}` : ""}${m.in_force ? "" : "; not in force in this year"}`), m.sliders.map(slider))),
      h("details", { open: open || undefined }, h("summary", {}, "The same as a TOML file"), text,
        h("button", { type: "button", id: "apply", onclick: () => change({ ...doc, name: null, text: text.value, set: [] }) }, "Use this text")),
      h("h3", {}, "Take it away"),
      h("div", { className: "row" }, KINDS.filter(([k]) => (k !== "xlsx" || about.excel) && (k !== "gpkg" || !form?.base.network)).map(([kind, label]) => h("button", { type: "button", "data-kind": kind, onclick: (e) => download(e.target, kind) }, label))),
      about.read_only ? null : h("p", {}, h("a", { href: `#uncertainty?${new URLSearchParams(toQuery(doc))}` }, "How sure is this? Start an ensemble")),
      form ? shellLine(form.command) : null,
    ].flat().filter(Boolean));
    if (doc.text !== null) left.append(h("p", { className: "note" }, "Save the TOML file first; the line reads it."));
    if (focused) document.getElementById(focused)?.focus();
  }

  async function download(button, kind) {
    button.disabled = true;
    try { save(await send(`download/${kind}`, { ...given(doc), element: doc.element }, { blob: true }), `${kind === "toml" ? "scenario" : form?.name || "ytterby"}.${kind}`); say("Downloaded"); }
    catch (error) { right.prepend(faulty(error)); }
    button.disabled = false;
  }

  function draw() {
    const d = last, rates = d.when && `${d.when}, at annual rates`;
    const of = (shown, keys, term) => whyButton(shown, { document: given(doc), keys, term });
    const other = pinned && Object.fromEntries(pinned.losses.map((r) => [r.product, r]));
    const words = (code, v) => `${world.names[code] || code}: ${v === null || v === undefined ? "no use in the model, which is not zero" : v < -0.05 ? `${pct(-v)} more than in the base year` : `${pct(v)} of base use lost`}`;
    const map = (values, title) => (figure?.repaint(values, d.maps.breaks, title) ? figure : (figure = worldMap(world, values, { title, words, breaks: d.maps.breaks })));
    right.replaceChildren(...[
      h("p", { className: "kicker" }, `${d.span}${d.base_year ? ` against the base year ${d.base_year}` : ""}`),
      h("h1", { className: "finding" }, d.finding),
      pinned ? h("p", { className: "note" }, `Compared with: ${pinned.finding}`) : null,
      h("div", { className: "controls" }, d.elements.length ? choose("Element looked at closely", d.elements.map((e) => [e, e]), d.element, (element) => change({ ...doc, element })) : null),
      d.elements.length ? map(d.maps.element, `${d.element_name}: share of base use lost${d.when}, contained tonnes`) : null,
      h("ul", { className: "lines" }, d.summary.map((line) => h("li", {}, line))),
      d.time.flatMap((t) => [h("h2", {}, `${upper(t.name)} over time`), ...overTime(t, t.name, "dashed: base year, or usual stock"),
        folded("The numbers by period", table(upper(t.numbers.caption), t.numbers.heads.map((name, i) => [name, i ? "n" : ""]), t.numbers.rows))]),
      d.scrap.charts ? [h("h2", {}, "Old scrap over the path"), ...overTime(d.scrap, "Old scrap"),
        table("What came back, all countries of a programme together; EoL-RIR is of what went into use, EoL-RR of what left it", d.scrap.heads.map((name, i) => [name, i > 1 ? "n" : ""]), d.scrap.rows)] : null,
      table(`Use lost by product${rates}, by those who lose`, [["Product"], ["Unit", "u"], ["Base use", "n"], ["Lost", "n"], ["of base", "n"], ...(other ? [["Lost, compared", "n"]] : []), ["Given up", "n"], ["Replaced", "n"], ["Unserved", "n"]],
        d.losses.filter((r) => r.lost > 0).slice(0, 20).map((r) => [r.name, r.unit, num(r.base_use), of(num(r.lost), [`use/${r.product}`, `into/${r.product.split("/")[0]}`, `price/${r.product}`], "use lost"), pct(r.share), ...(other ? [other[r.product] ? num(other[r.product].lost) : "–"] : []), num(r.given_up), num(r.replaced), num(r.unserved)]), "Nobody uses less of anything than in the base year."),
      table(`Who loses most${rates}`, [["Who"], ["Product"], ["Lost", "n"], ["of base", "n"]], d.users.slice(0, 12).map((r) => [r.who, r.name, `${num(r.lost)} ${r.unit}`, pct(100 * r.lost / r.base_use)]), "No user loses two per cent or more."),
      table(`Prices${d.when} where the main maker sells, and as they arrive elsewhere`, [["Product"], ["Unit", "u"], ["Base", "n"], ["Home", "n"], ["FOB", "n"], ["Delivered", "r"]],
        d.prices.slice(0, 16).map((r) => [r.name, r.unit, of(num(r.base), [`price/${r.product}/${r.country}`, `price/${r.product}`, `price/oxide/${r.element}`], "price"), r.told.home, r.told.fob, r.told.delivered])),
      d.binding.length ? h("h2", {}, `What binds${d.when}, and what does not`) : null,
      d.binding.length ? h("ul", { className: "lines", id: "binding" }, d.binding.slice(0, 12).map((b) => h("li", {}, h("strong", {}, b.bound ? "Binds: " : "Does not bind: "), binds(b)))) : null,
      d.chain.base ? h("h2", {}, `${d.element_name} from mine to use${d.when}`) : null,
      d.chain.base ? [h("h3", {}, "Base"), picture(d.chain.base, "Chain in the base year"), h("h3", {}, "Scenario"), picture(d.chain.scenario, "Chain in the scenario")] : null,
      table(`Gains and losses${d.when}, change against the base year, million USD a year`, [["Country"], ["Consumers", "n"], ["Producers", "n"], ["Rent", "n"], ["Tax", "n"], ["Together", "n"]], d.gains.filter((g) => [g.consumer, g.producer, g.rent, g.tax].some((v) => Math.abs(v) >= 0.05)).sort((a, b) => Math.abs(b.welfare) - Math.abs(a.welfare)).slice(0, 12).map((g) => [g.who, ...[g.consumer, g.producer, g.rent, g.tax, g.welfare].map(money)]), "Nobody gains or loses anything."),
      h("p", { className: "note", id: "hash" }, `Data edition ${d.edition} · input ${d.input_hash.slice(0, 12)} · solution ${d.certified ? "certified" : "not certified"}`),
    ].flat(2).filter(Boolean));
  }

  await Promise.all([describe(), refresh()]);
}
