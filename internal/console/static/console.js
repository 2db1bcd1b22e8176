// The console's page. Whatever comes from the web is put in as text (textContent), never as markup; links are only those that the
// server gave as http or https.
"use strict";

const $ = (selector) => document.querySelector(selector);
const number = new Intl.NumberFormat();
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const dayClock = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

// el makes an element: attributes by name, "text" and "class" apart, then its children.
function el(name, { text, class: classes, ...attributes } = {}, ...children) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (classes) node.className = classes;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function anchor(link, ...children) {
  if (!link) return el("span", {}, ...children);
  return el("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

const marked = (segments) => segments.map((s) => (s.mark ? el("em", { text: s.text }) : document.createTextNode(s.text)));

function shortURL(url) {
  let text = url.replace(/^https?:\/\//, "");
  try { text = decodeURI(text); } catch { /* not UTF-8: stays escaped */ }
  return text;
}

function when(time) {
  const date = new Date(time);
  if (!time || isNaN(date) || date.getFullYear() < 1971) return "";
  return Date.now() - date < 20 * 3600e3 ? clock.format(date) : dayClock.format(date);
}

function bytes(n) {
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (n < 1000) return (n < 10 && unit !== "B" ? n.toFixed(1) : Math.round(n)) + " " + unit;
    n /= 1000;
  }
  return n.toFixed(1) + " TB";
}

const perSecond = (rate) => (rate === null ? "–" : rate === 0 ? "0" : rate < 10 ? rate.toFixed(1) : number.format(Math.round(rate)));

async function ask(path, signal) {
  const answer = await fetch(path, { signal });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || answer.statusText);
  return body;
}

// every asks again some time after each answer, and not while the page is hidden.
function every(ms, path, show, failed = () => {}) {
  const round = async () => {
    if (!document.hidden) {
      try { show(await ask(path)); } catch (error) { failed(error); }
    }
    setTimeout(round, ms);
  };
  round();
}

// ---- stages, streams, counts ----

const curves = {}; // stage -> its last rates, for the curve
const stageHints = { crawler: "pages fetched", normalizer: "pages read", indexer: "articles handled" };

function curve(rates) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 119 34");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const top = Math.max(1, ...rates);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", rates.map((r, i) => `${i ? "L" : "M"}${120 - rates.length + i} ${32 - (30 * r) / top}`).join(""));
  svg.append(path);
  return svg;
}

function stageCard(stage) {
  const rates = (curves[stage.name] ??= []);
  rates.push(stage.rate ?? 0);
  if (rates.length > 120) rates.shift();
  return el("li", {},
    el("h3", { text: `${stage.name}: ${stageHints[stage.name] || ""}` }),
    el("div", { class: "rate num" }, perSecond(stage.rate) + " ", el("small", { text: "per second" })),
    el("div", { class: "lag num", text: `${number.format(stage.waiting)} waiting, ${number.format(stage.working)} in hand` }),
    curve(rates));
}

function streamRow(s) {
  const filled = el("td");
  if (s.max_bytes > 0) filled.append(el("meter", { max: 1, high: 0.7, low: 0.7, optimum: 0, value: s.bytes / s.max_bytes }), ` ${Math.round((100 * s.bytes) / s.max_bytes)} %`);
  return el("tr", {},
    el("td", { text: s.name }), el("td", { class: "n", text: number.format(s.messages) }), el("td", { class: "n", text: bytes(s.bytes) }),
    filled, el("td", { class: "n", text: perSecond(s.rate) }), el("td", { text: when(s.last_time) }));
}

function consumerRow(c) {
  return el("tr", {}, el("td", { text: c.name }), el("td", { text: c.stream }),
    ...[c.pending, c.ack_pending, c.redelivered].map((n) => el("td", { class: "n", text: number.format(n) })));
}

function problems(list) {
  $("#problems").hidden = list.length === 0;
  $("#problems").replaceChildren(...list.map((text) => el("li", { text })));
}

function showStatus(status) {
  for (const dd of document.querySelectorAll("[data-count]")) {
    const n = status.counts[dd.dataset.count];
    dd.textContent = n === null ? "–" : number.format(n);
  }
  problems(status.problems);
  $("#stages").replaceChildren(...status.stages.map(stageCard));
  $("#streams tbody").replaceChildren(...status.streams.map(streamRow));
  $("#consumers tbody").replaceChildren(...status.consumers.map(consumerRow));
}

// ---- dead letters and hosts ----

function letterItem(d) {
  return el("li", {},
    el("div", { class: "title" }, anchor(d.link, shortURL(d.url) || `message ${d.seq}`)),
    el("div", {}, el("span", { class: "why", text: d.means || d.reason })),
    el("div", { class: "error", text: d.error }),
    el("div", { class: "meta", text: [when(d.at), d.stage, d.source, d.deliveries > 1 ? `${d.deliveries} deliveries` : ""].filter(Boolean).join(" · ") }));
}

function showDead({ total, letters }) {
  $("#dead-total").textContent = total > letters.length ? `newest ${letters.length} of ${number.format(total)}` : total || "";
  $("#no-dead").hidden = total > 0;
  $("#dead").replaceChildren(...letters.map(letterItem));
}

// The fields of a host's record that are Go durations, in nanoseconds.
const durations = new Set(["lease", "wait", "delay"]);

function cell(key, value) {
  if (value === null || value === undefined) return "";
  if (durations.has(key) && typeof value === "number") return `${number.format(value / 1e9)} s`;
  if (typeof value === "number") return number.format(value);
  if (typeof value === "object") return JSON.stringify(value);
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return when(value);
  return String(value);
}

// The columns are whatever the crawler keeps of its hosts.
function showHosts({ total, hosts }) {
  $("#hosts-total").textContent = total > hosts.length ? `newest ${hosts.length} of ${number.format(total)}` : total || "";
  $("#no-hosts").hidden = total > 0;
  $("#hosts").hidden = total === 0;
  const isState = (h) => h.state && typeof h.state === "object" && !Array.isArray(h.state);
  const keys = [...new Set(hosts.filter(isState).flatMap((h) => Object.keys(h.state)))].filter((key) => key !== "v");
  const numeric = (key) => hosts.every((h) => !isState(h) || h.state[key] === undefined || typeof h.state[key] === "number");
  const side = Object.fromEntries(keys.map((key) => [key, numeric(key) ? "n" : ""]));
  $("#hosts thead").replaceChildren(el("tr", {}, el("th", { text: "Host" }), ...keys.map((key) => el("th", { text: key.replaceAll("_", " "), class: side[key] })), el("th", { text: "Changed" })));
  $("#hosts tbody").replaceChildren(...hosts.sort((a, b) => a.host.localeCompare(b.host)).map((h) =>
    el("tr", {}, el("td", { text: h.host }),
      ...keys.map((key) => { const text = cell(key, isState(h) ? h.state[key] : undefined); return el("td", { text, class: side[key], title: text }); }),
      el("td", { text: when(h.updated) }))));
}

// ---- live ----

const maxRows = 60;
const rows = new Map(); // what it is about -> { event, node }; a page's row is brought up to date as it goes through the stages
let waiting = []; // events until the next frame: hundreds a second must not be hundreds of layouts
const words = { raw: "fetched", article: "clean", indexed: "searchable", discarded: "set aside", dead: "dead letter", gone: "gone", alert: "alert" };

function fill(node, e) {
  const label = (words[e.kind] || e.kind) + (e.reason ? `: ${e.reason.replaceAll("_", " ")}` : "");
  node.replaceChildren(
    el("div", { class: "title" }, anchor(e.link, e.title || shortURL(e.url || ""))),
    el("span", { class: `tag ${words[e.kind] ? e.kind : ""}`, text: label, title: e.detail || "" }),
    el("div", { class: "meta", text: [when(e.at), e.host, e.source].filter(Boolean).join(" · ") }));
}

function paint() {
  const events = waiting;
  waiting = [];
  for (const e of events) {
    const key = e.url || `${e.kind} ${e.at}`;
    let row = rows.get(key);
    if (!row) {
      row = { node: el("li", { class: "new" }) };
      rows.set(key, row); // at the end: the newest
      $("#live").prepend(row.node);
    }
    row.event = { ...e, title: e.title || row.event?.title };
    fill(row.node, row.event); // in its place: a list that jumps cannot be read
  }
  for (const [key, row] of rows) {
    if (rows.size <= maxRows) break;
    row.node.remove();
    rows.delete(key);
  }
  $("#quiet").hidden = rows.size > 0;
}

function link(state, text) {
  $("#link").className = state;
  $("#link").textContent = text;
}

function follow() {
  const source = new EventSource("/api/live");
  source.onopen = () => link("on", "live");
  source.onmessage = (message) => {
    if (waiting.length === 0) setTimeout(paint, 100);
    waiting.push(JSON.parse(message.data));
    if (waiting.length > 500) waiting.splice(0, 250); // a hidden tab paints rarely
  };
  source.onerror = () => {
    link("off", "away, trying again");
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 3000); // refused: the browser gives up by itself
  };
}

// ---- search ----

let query = "", shown = 0, running = null;

function hitItem(h) {
  return el("li", {},
    el("h3", {}, anchor(h.link, ...marked(h.title))),
    el("div", { class: "meta", text: [h.site, h.published && h.published.replace("T", " ").slice(0, 16), shortURL(h.url)].filter(Boolean).join(" · ") }),
    ...h.fragments.map((f) => el("p", {}, ...marked(f))));
}

async function search(more) {
  running?.abort();
  const mine = (running = new AbortController());
  const found = $("#found");
  try {
    const from = more ? shown : 0;
    const results = await ask(`/api/search?q=${encodeURIComponent(query)}&from=${from}&size=10`, mine.signal);
    found.className = "";
    found.textContent = results.total === 0 ? "Nothing found." : `${number.format(results.total)} found`;
    if (!more) $("#hits").replaceChildren();
    $("#hits").append(...results.hits.map(hitItem));
    shown = from + results.hits.length;
    $("#more").hidden = results.hits.length === 0 || shown >= results.total || shown > 9990;
  } catch (error) {
    if (error.name === "AbortError") return;
    found.className = "bad";
    found.textContent = `The search failed: ${error.message}`;
  }
}

$("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  query = new FormData(event.target).get("q").trim();
  history.replaceState(null, "", `#q=${encodeURIComponent(query)}`);
  if (query) search(false);
});
$("#more").addEventListener("click", () => search(true));

const asked = new URLSearchParams(location.hash.slice(1)).get("q"); // a search can be linked to
if (asked) {
  $("#search").elements.q.value = query = asked.trim();
  search(false);
}

every(2000, "/api/status", showStatus, (error) => problems([`no answer from newsmill: ${error.message}`]));
every(5000, "/api/dead", showDead);
every(5000, "/api/hosts", showHosts);
follow();
