// Claims: paste an article or a claim file; every statement beside cited figures. Nothing pasted is kept.
import { choose, copier, faulty, h, say, send, shellLine, sourceNames, withSources } from "./dom.js";
import { shapes } from "./map.js";

const WORD = { supported: "gain", contradicted: "loss", disputed: "given" };

export async function claims(root) {
  const text = h("textarea", { id: "article", "aria-label": "An article in English, or a claim file", placeholder: "Paste an article in English, or the text of a claim file.", spellcheck: false });
  const world = await shapes();
  const places = Object.entries(world.names).sort((a, b) => a[1].localeCompare(b[1]));
  let viewpoint = null;
  const out = h("div", { id: "verdicts" });
  const file = () => /^\s*(schema\s*=|\[\[claim\]\])/m.test(text.value);
  const go = async () => {
    out.setAttribute("aria-busy", "true");
    try {
      const body = { text: text.value, viewpoint };
      const [found, names] = await Promise.all([send(file() ? "check" : "read", body), sourceNames()]);
      out.replaceChildren(...shown(found, file(), names, viewpoint));
      say(`${found.claims.length} claims`);
    } catch (error) { out.replaceChildren(faulty(error)); }
    out.setAttribute("aria-busy", "false");
  };
  root.replaceChildren(h("h1", {}, "What of it can be checked, and what stands?"), text,
    h("div", { className: "controls" }, choose("Who holds a disputed place", [["", "all views, side by side"], ["UN", "as the United Nations see it"], ...places.map(([code, name]) => [code, `as ${name} sees it`])], "", (v) => { viewpoint = v || null; }), h("button", { type: "button", className: "main", id: "check", onclick: go }, "Check")), out);
}

function shown(found, file, names, viewpoint) {
  const counts = {};
  for (const c of found.claims) counts[c.verdict] = (counts[c.verdict] || 0) + 1;
  const by = new Map();
  for (const c of found.claims) by.set(c.sentence ?? c.text, [...(by.get(c.sentence ?? c.text) || []), c]);
  const passages = found.passages || [...by.keys()];
  return [
    h("p", { className: "finding", id: "counts" }, Object.entries(counts).map(([k, n]) => `${n} ${k}`).join(", ") || "No claim was found."),
    (found.notices || []).map((n) => h("p", { className: "note" }, n)),
    passages.map((p) => h("div", { className: "passage" }, h("p", {}, p), (by.get(p) || []).filter((c) => c.checkable || file).map((c) => verdict(c, names)))),
    h("details", {}, h("summary", {}, "Statements that no figure can answer"), h("ul", {}, found.claims.filter((c) => !c.checkable).map((c) => h("li", {}, `${c.text} (${c.reason || c.type}: ${withSources(c.why, names)})`)))),
    shellLine(`ytterby ${file ? "check claims.toml" : "read article.txt"}${viewpoint ? ` --viewpoint ${viewpoint}` : ""}`),
  ].flat();
}

// A number keeps its per cent sign on its line.
const kept = (text) => text.replace(/(\d) %/g, "$1\u00a0%");

function verdict(c, names) {
  return h("div", { className: `verdict ${c.verdict.replace(" ", "-")}`, "data-verdict": c.verdict },
    h("strong", {}, h("i", { className: `key ${WORD[c.verdict] || "base"}` }), ` ${c.verdict}`), ` ${kept(withSources(c.why, names))}`,
    c.supported_wording ? h("p", { className: "note" }, `What the figures support: ${kept(c.supported_wording)}`) : null,
    (c.views || []).length ? h("details", {}, h("summary", {}, `${c.views.length} views, side by side`), h("ul", {}, c.views.map((v) => h("li", {}, Object.values(v).filter((x) => x !== null && x !== "" && typeof x !== "boolean").join(" · "))))) : null,
    (c.figures || []).length ? h("details", {}, h("summary", {}, c.figures.length === 1 ? "1 figure" : `${c.figures.length} figures`), h("ul", { className: "sources" }, c.figures.map((f) => h("li", {}, f.citation || Object.values(f).filter((x) => x !== null && typeof x !== "object").join(" · "), f.citation ? copier(f.citation, "Copy citation") : null)))) : null);
}
