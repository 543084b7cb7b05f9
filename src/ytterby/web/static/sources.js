// Sources: who is cited, in which edition, under which licence; who disagrees; what was corrected.
import { get, h, longTable, num, shellLine } from "./dom.js";

export async function sources(root) {
  const [list, apart] = await Promise.all([get("sources"), get("disagreements")]);
  const link = (r) => (/^https?:/.test(r.url) ? h("a", { href: r.url, rel: "noreferrer noopener", target: "_blank" }, r.title) : r.title);
  root.replaceChildren(h("h1", {}, `${list.sources.length} sources, atlas edition ${list.edition}`),
    longTable("Sources", [["Publisher"], ["Title"], ["Edition"], ["Licence"], ["Read"], ["Rows that cite it", "n"]], [...list.sources].sort((a, b) => b.cited - a.cited).map((r) => [r.publisher, link(r), r.edition, r.licence || "", r.read || "", num(r.cited, 6)])), shellLine("ytterby sources --json"),
    h("h2", {}, `${num(apart.count, 6)} figures on which editions or publishers differ`),
    longTable("The largest first", [["What"], ["Country"], ["Period"], ["First", "n"], ["Second", "n"], ["Unit"], ["Times", "n"], ["Between"]], apart.conflicts.slice(0, 100).map((c) => [`${c.material} ${c.stage} ${c.measure}`, c.country || "", c.period, num(c.first), num(c.second), c.unit, c.ratio === null ? "–" : num(c.ratio), `${c.first_source}, ${c.second_source}`])), shellLine("ytterby facts --conflicts"), shellLine("ytterby sources --changed"),
    h("h2", {}, "Corrections"), longTable("How published rows are read otherwise than printed", Object.keys(apart.corrections[0] || { none: 1 }).map((k) => [k]), apart.corrections.map((c) => Object.values(c).map((v) => (v === null ? "" : String(v))))));
}
