// Sources: who is cited, in which edition, under which licence; who disagrees; what was corrected.
import { get, h, longTable, num, shellLine, stageName, upper } from "./dom.js";
import { shapes } from "./map.js";

export async function sources(root) {
  const [list, apart, world] = await Promise.all([get("sources"), get("disagreements"), shapes()]);
  const named = Object.fromEntries(list.sources.map((x) => [x.id, [x.publisher, x.edition].filter(Boolean).join(", ")]));
  const place = (c) => world.names[c] || c || "";
  const link = (r) => (/^https?:/.test(r.url) ? h("a", { href: r.url, rel: "noreferrer noopener", target: "_blank" }, r.title) : r.title);
  root.replaceChildren(h("h1", {}, `${list.sources.length} sources, atlas edition ${list.edition}`),
    longTable("Sources", [["Publisher"], ["Title"], ["Edition"], ["Licence"], ["Read"], ["Rows that cite it", "n"]], [...list.sources].sort((a, b) => b.cited - a.cited).map((r) => [r.publisher, link(r), r.edition, r.licence || "", r.read || "", num(r.cited, 6)])), shellLine("ytterby sources --json"),
    h("h2", {}, `${num(apart.count, 6)} figures on which editions or publishers differ`),
    longTable("The largest first", [["What"], ["Country"], ["Period"], ["First", "n"], ["Second", "n"], ["Unit"], ["Times", "n"], ["Between"]], apart.conflicts.slice(0, 100).map((c) => [`${upper(stageName(c.stage))} of ${c.material}: ${c.measure.replaceAll("_", " ")}`, place(c.country), c.period, num(c.first), num(c.second), c.unit, c.ratio === null ? "–" : num(c.ratio), `${named[c.first_source] || c.first_source} and ${named[c.second_source] || c.second_source}`])), shellLine("ytterby facts --conflicts"), shellLine("ytterby sources --changed"),
    h("h2", {}, "Corrections"), longTable("How published rows are read otherwise than printed", [["Source"], ["From"], ["To"], ["Trade code"], ["Years"], ["Printed"], ["Read as"], ["Why"]],
      apart.corrections.map((c) => [named[c.source] || c.source, place(c.exporter), place(c.importer), c.hs6 || "", c.first_year === c.last_year || !c.last_year ? String(c.first_year ?? "") : `${c.first_year} to ${c.last_year}`, c.found || "", c.read_as || c.action, c.reason])));
}
