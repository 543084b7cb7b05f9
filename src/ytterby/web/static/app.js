// The frame: which screen is open, and the address bar that says so. Each screen is a module of its own.
import { faulty, get, h, num } from "./dom.js";

const TITLES = { atlas: "Atlas", risk: "Risk", desk: "Scenario desk", uncertainty: "Uncertainty", deals: "Deals", claims: "Claims", sources: "Sources" };
const main = document.getElementById("main");
let about = null;

function place() {
  const [screen, tail = ""] = location.hash.slice(1).split("?");
  return [TITLES[screen] ? screen : "atlas", Object.fromEntries(new URLSearchParams(tail))];
}

function go(screen, query, quiet = false) {
  const kept = Object.entries(query).filter(([, v]) => v !== null && v !== undefined && v !== "");
  const hash = `#${screen}${kept.length ? `?${new URLSearchParams(kept)}` : ""}`;
  if (quiet) history.replaceState(null, "", hash); else location.hash = hash;
}

async function show() {
  const [screen, query] = place();
  document.title = `${TITLES[screen]} · Ytterby`;
  const order = Object.keys(TITLES).filter((name) => about.screens.includes(name));
  document.getElementById("screens").replaceChildren(...order.map((name) => h("a", { href: `#${name}`, "aria-current": name === screen ? "page" : null }, TITLES[name])));
  const room = h("div", { "data-screen": screen });
  main.replaceChildren(room);
  try {
    if (!about.screens.includes(screen)) throw new Error("This server does not have that screen.");
    const module = await import(`./${screen}.js`);
    await module[screen](room, about, query, go);
    room.dataset.ready = "yes";
  } catch (error) { room.append(faulty(error)); }
}

addEventListener("hashchange", show);
try {
  about = await get("about");
  document.getElementById("foot").replaceChildren(`Data edition ${about.edition} · ${num(about.sourced, 7)} of ${num(about.figures, 7)} figures have a source · ${about.sources} sources, each under its own licence · Ytterby ${about.version} · `, h("a", { href: "/docs" }, "Interface"));
  await show();
} catch (error) { main.replaceChildren(faulty(error)); }
