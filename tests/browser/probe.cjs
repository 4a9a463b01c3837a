// What is asked of a page from inside it. Each function is sent to the browser as text and runs in a
// world of its own, where the page's scripts cannot reach it; so it may use nothing but the DOM.
"use strict";

/** How long the page took, and how much it is. */
function measure() {
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
  let nodes = 1;
  while (walker.nextNode()) nodes += 1;
  const [navigation] = performance.getEntriesByType("navigation");
  return { nodes, ready: Math.round(navigation.loadEventEnd) };
}

/** The policy of the page: nothing is loaded, and only what has a known hash is run or applied. */
function policy() {
  const problems = [];
  const metas = [...document.querySelectorAll("meta[http-equiv]")];
  const isPolicy = (it) => it.httpEquiv.toLowerCase() === "content-security-policy";
  const meta = metas.find(isPolicy);
  if (!meta || meta.parentElement !== document.head) return ["no Content-Security-Policy in the head"];
  const isEarlier = (it) => it.compareDocumentPosition(meta) & Node.DOCUMENT_POSITION_FOLLOWING;
  const earlier = [...document.querySelectorAll("script, style, link")].find(isEarlier);
  if (earlier) problems.push(`<${earlier.localName}> stands before the policy and is not under it`);
  const directives = new Map();
  for (const directive of meta.content.split(";")) {
    const [name, ...sources] = directive.trim().split(/\s+/);
    if (name) directives.set(name.toLowerCase(), sources);
  }
  for (const name of ["default-src", "base-uri", "form-action"]) {
    const sources = directives.get(name);
    if (sources?.join(" ") !== "'none'") problems.push(`${name} is not 'none' but ${sources?.join(" ") ?? "missing"}`);
  }
  for (const [name, sources] of directives) {
    const isKnown = (it) => it === "'none'" || /^'sha(256|384|512)-[A-Za-z0-9+/]+={0,2}'$/.test(it);
    const unknown = sources.filter((it) => !isKnown(it));
    if (unknown.length > 0) problems.push(`${name} lets in ${unknown.join(" ")}`);
  }
  return problems;
}

/** Elements and attributes that no page needs, and that a name taken for markup would bring. */
function markup() {
  const where = (it) => it.outerHTML.slice(0, 120);
  const problems = { handler: [], element: [] };
  const unwanted =
    "base, embed, form[action], frame, frameset, iframe, link, meta[http-equiv=refresh i], object, script[src]";
  for (const it of document.querySelectorAll(unwanted)) problems.element.push(where(it));
  for (const it of document.querySelectorAll("*")) {
    const names = it.getAttributeNames();
    if (names.some((name) => /^on/i.test(name))) problems.handler.push(where(it));
    const links = names.filter((name) => /^(xlink:)?href$|^action$|^formaction$/i.test(name));
    if (links.some((name) => /^[\s\u0000-\u001f]*(javascript|data|vbscript):/i.test(it.getAttribute(name)))) {
      problems.element.push(where(it));
    }
  }
  return problems;
}

/** Every table has a caption, and its headings say what they head. */
function tables() {
  const problems = [];
  [...document.querySelectorAll("table")].forEach((table, index) => {
    const at = `table ${index + 1} (${table.caption?.textContent.trim() || "no name"})`;
    const headings = [...table.querySelectorAll("th")];
    const isScoped = (it) => /^(col|row|colgroup|rowgroup)$/.test(it.getAttribute("scope"));
    if (!table.caption?.textContent.trim()) problems.push(`${at}: no caption`);
    if (headings.length === 0) problems.push(`${at}: no th`);
    const bare = headings.find((it) => !isScoped(it));
    if (bare) problems.push(`${at}: th without scope: ${bare.textContent.trim().slice(0, 40)}`);
  });
  return problems;
}

/** The first heading and the verdict can be read without scrolling. */
function firstScreen(width, height) {
  const problems = [];
  const heading = document.querySelector("h1, h2, h3, h4, h5, h6");
  if (heading?.localName !== "h1") problems.push("the first heading is not h1");
  const verdict = document.getElementById("verdict");
  scrollTo(0, 0);
  for (const [name, it] of [["h1", heading], ["#verdict", verdict]]) {
    if (!it?.innerText.trim() || !it.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
      problems.push(`${name} is missing, empty or not visible`);
      continue;
    }
    const { top, left, bottom, right } = it.getBoundingClientRect();
    if (top < 0 || left < 0 || bottom > height || right > width) {
      problems.push(`${name} ends at ${Math.round(right)}x${Math.round(bottom)}, the screen at ${width}x${height}`);
    }
  }
  return problems;
}

/** The document is not wider than the screen; containers that scroll by themselves may be. */
function overflow(width) {
  const wide = document.scrollingElement.scrollWidth;
  if (wide <= width) return [];
  const isContained = (it) => {
    for (let at = it.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") return true;
    }
    return false;
  };
  const isCause = (it) => it.getBoundingClientRect().right > width && !isContained(it);
  const cause = [...document.body.querySelectorAll("*")].filter(isCause).pop();
  return [`${wide} px wide, because of ${cause?.outerHTML.slice(0, 120) ?? "what is not an element"}`];
}

/** Opens what is shown on demand, and says how much that was. */
function open() {
  const closed = [...document.querySelectorAll("details:not([open])")];
  for (const it of closed) it.open = true;
  return closed.length;
}

/**
 * Each of these texts can be read, and one with tags in it stands nowhere without them: that would
 * mean that they were taken for markup. White space counts as in HTML.
 */
function texts(expected) {
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  const count = (text, part) => text.split(part).length - 1;
  const shown = plain(document.body.innerText);
  const copy = document.body.cloneNode(true);
  for (const it of copy.querySelectorAll("script, style, template")) it.remove();
  const all = plain(copy.textContent);
  const problems = [];
  for (const text of expected.map(plain)) {
    if (!shown.includes(text)) problems.push(`nobody can read ${JSON.stringify(text)}`);
    const bare = plain(text.replace(/<[^>]*>/g, ""));
    const without = bare && bare !== text ? count(all, bare) - count(all, text) : 0;
    if (without > 0) problems.push(`${JSON.stringify(text)} stands ${without} times without its markup`);
  }
  return problems;
}

/** Two frames: what the page does after load and after a change is done. */
function settled() {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  return frame().then(frame).then(() => new Promise((resolve) => setTimeout(resolve, 50)));
}

/** axe-core's complaints, each with the elements it is about. */
async function accessibility() {
  const found = await axe.run(document, { resultTypes: ["violations", "incomplete"] });
  const element = (it) => `${it.target.join(" ")}: ${[...it.any, ...it.all, ...it.none][0]?.message ?? it.html}`;
  const told = (it) => {
    const more = it.nodes.length > 3 ? ` and ${it.nodes.length - 3} more` : "";
    return `${it.id} (${it.impact}): ${it.help}: ${it.nodes.slice(0, 3).map(element).join("; ")}${more}`;
  };
  return {
    passes: found.passes.length,
    violations: found.violations.map(told),
    undecided: found.incomplete.map((it) => `${it.id} (${it.nodes.length})`),
  };
}

module.exports = { measure, policy, markup, tables, firstScreen, overflow, open, texts, settled, accessibility };
