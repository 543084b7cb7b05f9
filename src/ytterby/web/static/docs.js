// The interface, written out from its own description.
import { h, table } from "./dom.js";
const api = await (await fetch("/api/openapi.json")).json();
document.getElementById("paths").replaceChildren(...Object.entries(api.paths).flatMap(([path, ways]) => Object.entries(ways).map(([way, it]) => h("section", {},
  h("h2", {}, `${way.toUpperCase()} ${path}`), h("p", {}, h("strong", {}, it.summary)), h("p", {}, it.description),
  it.parameters ? table(`Parameters of ${way.toUpperCase()} ${path}`, [["Name"], ["In"], ["Default"], ["Needed"]], it.parameters.map((p) => [p.name, p.in, String(p.schema?.default ?? ""), p.required ? "yes" : "no"])) : null,
  it.requestBody ? h("p", { className: "note" }, `Body: ${Object.entries(it.requestBody.content).map(([kind, c]) => `${kind} ${(c.schema?.$ref || "").split("/").pop()}`).join(", ")}`) : null))),
  h("h2", {}, "Bodies"), ...Object.entries(api.components.schemas).map(([name, it]) => table(name, [["Key"], ["Type"], ["Default"]], Object.entries(it.properties || {}).map(([k, p]) => [k, p.type || (p.anyOf || []).map((x) => x.type).join(" or "), JSON.stringify(p.default ?? "")]))));
