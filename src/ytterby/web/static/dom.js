// Elements, numbers and requests: what every screen uses. No markup is ever made from text.

export function h(name, props, ...inside) {
  const el = document.createElement(name);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key in el && !key.includes("-") && key !== "list") el[key] = value;
    else el.setAttribute(key, value === true ? "" : value);
  }
  el.append(...inside.flat(Infinity).filter((x) => x !== null && x !== undefined && x !== false));
  return el;
}

const SVG = "http://www.w3.org/2000/svg";
export function s(name, props, ...inside) {
  const el = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) el.setAttribute(key, value);
  }
  el.append(...inside.flat(Infinity).filter(Boolean));
  return el;
}

// A picture drawn by the server, as elements; a document that is not SVG gives nothing.
export function picture(text, label) {
  const full = text.includes("xmlns=") ? text : text.replace("<svg", `<svg xmlns="${SVG}"`);
  const doc = new DOMParser().parseFromString(full, "image/svg+xml");
  if (doc.querySelector("parsererror")) return h("p", { className: "note" }, "The picture could not be read.");
  return h("div", { className: "scroll wide", tabIndex: 0, role: "region", "aria-label": label }, document.importNode(doc.documentElement, true));
}

export function num(v, digits = 3) {
  if (v === null || v === undefined) return "–";
  if (v === 0) return "0";
  const a = Math.abs(v);
  const places = a >= 1000 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(a)));
  return v.toLocaleString("en-GB", { maximumFractionDigits: Math.min(places, 6) }).replace("-", "−");
}

// Amounts of money: no more is said than a tenth below a hundred.
export const money = (v) => (v === null || v === undefined ? "–" : Math.abs(v) < 0.05 ? "0" : num(Math.abs(v) < 100 ? Math.round(v * 10) / 10 : Math.round(v)));

export const pct = (v) => (v === null || v === undefined ? "no data" : `${v > 0 && v < 0.05 ? "< 0.1" : num(Math.abs(v) < 10 ? Math.round(v * 10) / 10 : Math.round(v))}\u00a0%`);

// On a phone a table of words (three columns of them, or more) is read row by row; its roles stay those of a table.
export function table(caption, heads, rows, empty = "Nothing to show.") {
  if (!rows.length) return h("p", { className: "note" }, empty);
  const words = heads.filter(([text, kind]) => text && !kind).length >= 3;
  const role = (name) => (words ? { role: name } : {});
  return h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": caption }, h("table", { className: words ? "words" : "", ...role("table") },
    h("caption", {}, h("span", {}, caption)),
    h("thead", role("rowgroup"), h("tr", role("row"), heads.map(([text, kind]) => h("th", { className: kind || "", scope: "col", ...role("columnheader") }, text)))),
    h("tbody", role("rowgroup"), rows.map((row) => h("tr", role("row"), row.map((cell, i) =>
      i === 0 ? h("th", { scope: "row", ...role("rowheader") }, cell) : h("td", { className: heads[i][1] || "", "data-label": heads[i][0] || null, ...role("cell") }, cell)))))));
}

export const folded = (summary, ...inside) => h("details", {}, h("summary", {}, summary), inside);

// A long table: its first rows, and a button for all of them.
export function longTable(caption, heads, rows, most = 25, empty = undefined) {
  if (rows.length <= 1.5 * most) return table(caption, heads, rows, empty);
  const box = h("div", {}, table(`${caption}: the first ${most} of ${num(rows.length, 6)}`, heads, rows.slice(0, most)),
    h("button", { type: "button", onclick: () => { box.replaceChildren(table(caption, heads, rows)); box.firstChild.focus(); } }, `Show all ${num(rows.length, 6)}`));
  return box;
}

export class Fault extends Error {
  constructor(message, faults, status) { super(message); this.faults = faults || []; this.status = status; }
}

async function read(answer) {
  if (answer.ok) return answer;
  let body = {};
  try { body = await answer.json(); } catch { /* not JSON: the status says it */ }
  throw new Fault(body.error || `The server answered ${answer.status}.`, body.faults, answer.status);
}

export async function get(path, query) {
  const words = Object.entries(query || {}).filter(([, v]) => v !== null && v !== undefined && v !== "");
  const tail = words.length ? `?${new URLSearchParams(words)}` : "";
  return (await read(await fetch(`/api/${path}${tail}`))).json();
}

// What this tab is called, so that the server can let tabs take turns and drop what this one no longer asks.
const TAB = Array.from(crypto.getRandomValues(new Uint8Array(8)), (x) => x.toString(16).padStart(2, "0")).join("");

export async function send(path, body, options = {}) {
  const answer = await fetch(`/api/${path}`, {
    method: options.method || "POST",
    headers: { "content-type": options.type || "application/json", "x-ytterby-tab": TAB },
    body: options.raw ? body : body === undefined ? undefined : JSON.stringify(body),
  });
  await read(answer);
  return options.blob ? answer.blob() : answer.json();
}

export function faulty(error) {
  const faults = error.faults || [];
  return h("div", { className: "fault", role: "alert" }, h("strong", {}, faults.length ? "This does not work yet:" : error.message),
    faults.length ? h("ul", {}, faults.map((f) => h("li", {}, `${f.place}: found ${f.found}; expected ${f.expected}.`,
      f.nearest ? ` Did you mean “${f.nearest}”?` : ""))) : null);
}

export function say(text) { document.getElementById("said").textContent = text; }

export function copier(text, label = "Copy") {
  const button = h("button", { className: "small", type: "button", onclick: async () => {
    try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; say("Copied"); }
    catch { button.textContent = "Press Ctrl-C"; const r = document.createRange(); r.selectNodeContents(button.previousSibling || button); getSelection().removeAllRanges(); getSelection().addRange(r); }
    setTimeout(() => { button.textContent = label; }, 1500);
  } }, label);
  return button;
}

export const shellLine = (line) => h("p", { className: "shell" }, h("span", { className: "unseen" }, "The same in a shell: "), h("code", {}, line), copier(line));

// Stages and forms as they are said; what is not here is said as it is written.
const STAGES = { mine: "mining", metal: "metal-making", magnet: "magnet-making", use: "use" };
const FORMS = { seg: "SEG concentrate" };
export const stageName = (x) => STAGES[x] || x;
export const formName = (x) => FORMS[x] || x;
export const upper = (x) => x.charAt(0).toUpperCase() + x.slice(1);

// What sources are called, by id; and a text in which their ids are replaced.
let cited = null;
export const sourceNames = () => (cited ??= get("sources").then((r) => Object.fromEntries(r.sources.map((x) => [x.id, [x.publisher, x.edition].filter(Boolean).join(", ")]))));
export const withSources = (text, names) => text.replace(/[a-z0-9]+(?:-[a-z0-9]+)+/g, (id) => names[id] || id);

export function choose(label, options, value, onpick) {
  return h("label", { className: "field" }, h("span", {}, label), h("select", { onchange: (e) => onpick(e.target.value) },
    options.map(([key, text]) => h("option", { value: key, selected: key === value }, text))));
}

export function save(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link); link.click(); link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
