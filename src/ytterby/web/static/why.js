// "Why?": the definition, the source rows, the conversion, who disagrees, and a citation to copy.
import { copier, faulty, get, h, num, send, sourceNames, stageName, upper } from "./dom.js";
import { shapes } from "./map.js";

const box = () => document.getElementById("why");

export function whyButton(shown, ask) {
  return h("span", { className: "figure" }, shown, " ", h("button", { className: "why", type: "button", "aria-label": `Why ${shown}?`, onclick: () => open(shown, ask) }, "why?"));
}

async function open(shown, ask) {
  const dialog = box();
  const close = h("button", { type: "button", className: "small", onclick: () => dialog.close() }, "Close");
  const body = h("div", {}, h("p", { className: "note" }, "Looking it up …"));
  dialog.replaceChildren(h("div", { className: "bar" }, h("h2", { id: "why-title" }, `Why ${shown}?`), close), body);
  if (!dialog.open) dialog.showModal();
  try { body.replaceChildren(...(await told(ask))); } catch (error) { body.replaceChildren(faulty(error)); }
}

async function told({ document: given, keys, also, term, rows, said }) {
  const [found, word] = await Promise.all([
    rows ? { rows, disagree: [], more: 0 } : send("why", { ...given, keys }),
    term ? get("term", { word: term }).catch(() => null) : null,
  ]);
  // A share of an element rests on the ore's make-up and on the tonnage of the ore: two keys, one answer.
  if (also) {
    const more = await send("why", { ...given, keys: also });
    found.rows = [...found.rows, ...more.rows.filter((r) => !found.rows.some((o) => o.figure === r.figure))];
    found.disagree = [...found.disagree, ...more.disagree];
    found.more += more.more;
  }
  const [names, world] = found.disagree.length ? await Promise.all([sourceNames(), shapes()]) : [{}, { names: {} }];
  const lines = found.rows.map((r) => r.citation).filter(Boolean);
  const cite = [...new Set(lines)].join("\n");
  return [
    said ? h("p", {}, said) : null,
    word ? h("p", {}, h("strong", {}, `${word.word}: `), word.definition) : null,
    h("h3", {}, found.rows.length ? "Read from" : "No cited figure stands below this number"),
    found.rows.length ? null : h("p", {}, "It follows from the balance of the base year and the assumptions that the result lists."),
    h("ol", { className: "sources" }, found.rows.map((r) => h("li", {}, h("strong", {}, `${num(r.value)} ${r.unit || ""}`), ` · ${r.citation}`,
      r.conversion ? h("span", { className: "note" }, ` Conversion: ${r.conversion}.`) : null))),
    found.more ? h("p", { className: "note" }, `${found.more} more rows; the report lists all.`) : null,
    found.disagree.length ? h("h3", {}, "Who disagrees") : null,
    h("ul", {}, found.disagree.map((d) => h("li", {}, `${d.kind === "editions" ? "Editions" : "Publishers"} differ. ${upper(stageName(d.stage))} of ${d.material}, ${d.measure.replaceAll("_", " ")}, ${world.names[d.country] || d.country || "world"}, ${d.period}: ${num(d.first)} (${names[d.first_source] || d.first_source}) and ${num(d.second)} (${names[d.second_source] || d.second_source}) ${d.unit}.`))),
    cite ? h("p", {}, h("span", { className: "unseen" }, cite), copier(cite, "Copy citation")) : null,
  ].filter(Boolean);
}
