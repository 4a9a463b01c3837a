// Judges HTML pages in a real browser. Reads a plan from stdin:
//   {chromium, pages: [{name, file, views, expected, max_nodes, max_bytes, pictures}]}
// `views` are names such as `390-dark`, empty for all; `pictures` is a folder for screenshots and the
// print, or null. Prints
//   {browser, pages: [{name, ready, nodes, bytes, notes, complaints: [{judge, problem}]}]}
"use strict";

const fs = require("fs");
const os = require("os");
const path = require("path");
const { pathToFileURL } = require("url");
const puppeteer = require("puppeteer-core");
const probe = require("./probe.cjs");

const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const VIEWS = [
  { name: "1280-light", width: 1280, height: 720, scheme: "light" },
  { name: "1280-dark", width: 1280, height: 720, scheme: "dark" },
  { name: "390-light", width: 390, height: 664, scheme: "light" },
  { name: "390-dark", width: 390, height: 664, scheme: "dark" },
];
const TIMEOUT = 60_000;
// How long all pages together may take.
const WATCHDOG = 10 * TIMEOUT;
// Beyond this a browser repeats the picture instead of going on.
const TALLEST_PICTURE = 16_000;
// Fewer would mean that axe looked at nothing.
const FEWEST_PASSES = 5;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // No name leads anywhere: what is not caught below fails here.
  "--host-resolver-rules=MAP * ~NOTFOUND",
];

/** One loaded page: evaluates probes in a world of its own. */
class Visit {
  constructor(client, contextId) {
    this.client = client;
    this.contextId = contextId;
  }

  static async open(client) {
    const { frameTree } = await client.send("Page.getFrameTree");
    const { executionContextId } = await client.send("Page.createIsolatedWorld", {
      frameId: frameTree.frame.id,
      worldName: "judge",
    });
    return new Visit(client, executionContextId);
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.client.send("Runtime.evaluate", {
      expression,
      contextId: this.contextId,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  ask(question, ...values) {
    return this.evaluate(`(${question})(${values.map((it) => JSON.stringify(it)).join(", ")})`);
  }
}

/** Blocks every request but the document's own, and listens to all that the browser says. */
async function watch(client, url, complain) {
  const isPage = (it) => it.split("#")[0] === url;
  client.on("Fetch.requestPaused", ({ requestId, request, resourceType }) => {
    const isWanted = isPage(request.url) && resourceType === "Document";
    if (!isWanted) complain("request", `${resourceType} ${request.url.slice(0, 200)}`);
    const answer = isWanted
      ? client.send("Fetch.continueRequest", { requestId })
      : client.send("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
    // Fails where the page is gone already.
    answer.catch(() => {});
  });
  client.on("Network.requestWillBeSent", ({ request, type }) => {
    if (!isPage(request.url) || type !== "Document") complain("request", `${type} ${request.url.slice(0, 200)}`);
  });
  client.on("Network.webSocketCreated", (it) => complain("request", `WebSocket ${it.url}`));
  client.on("Network.webTransportCreated", (it) => complain("request", `WebTransport ${it.url}`));
  client.on("Runtime.consoleAPICalled", ({ type, args }) => {
    if (!["error", "warning", "assert"].includes(type)) return;
    complain("console", `${type}: ${args.map((it) => it.value ?? it.description).join(" ")}`);
  });
  client.on("Log.entryAdded", ({ entry }) => {
    if (["error", "warning"].includes(entry.level)) complain("console", `${entry.level}: ${entry.text}`);
  });
  client.on("Runtime.exceptionThrown", ({ exceptionDetails: it }) =>
    complain("error", it.exception?.description ?? it.text),
  );
  // The browser's own account of what the policy stopped; a page cannot listen it away.
  client.on("Audits.issueAdded", ({ issue }) => {
    const csp = issue.details.contentSecurityPolicyIssueDetails;
    if (csp) complain("csp", `${csp.violatedDirective}: ${csp.blockedURL ?? csp.contentSecurityPolicyViolationType}`);
    const quirks = issue.details.quirksModeIssueDetails;
    if (quirks) complain("console", "the page is in quirks mode");
  });
  for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) {
    await client.send(`${domain}.enable`);
  }
  await client.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
}

async function picture(page, file, view) {
  const height = await page.evaluate("document.documentElement.scrollHeight");
  if (height <= TALLEST_PICTURE) {
    await page.screenshot({ path: file, fullPage: true });
  } else {
    await page.screenshot({ path: file, clip: { x: 0, y: 0, width: view.width, height: TALLEST_PICTURE } });
  }
}

async function print(page, file, complain) {
  try {
    const pdf = await page.pdf({ path: file, format: "A4", timeout: TIMEOUT });
    if (Buffer.from(pdf.subarray(0, 5)).toString() !== "%PDF-") complain("print", "not a PDF");
  } catch (error) {
    complain("print", error.message);
  }
}

async function structure(visit, view, complain) {
  const all = (judge, problems) => problems.forEach((it) => complain(judge, it));
  all("policy", await visit.ask(probe.policy));
  for (const [judge, problems] of Object.entries(await visit.ask(probe.markup))) all(judge, problems);
  all("table", await visit.ask(probe.tables));
  all("first screen", await visit.ask(probe.firstScreen, view.width, view.height));
}

/** What has to hold with everything closed, and again with everything open. */
async function state(visit, view, complain, notes) {
  for (const it of await visit.ask(probe.overflow, view.width)) complain("overflow", it);
  const { passes, violations, undecided } = await visit.ask(probe.accessibility);
  for (const it of violations) complain("axe", it);
  if (passes < FEWEST_PASSES) complain("axe", `only ${passes} rules found something to pass`);
  for (const it of undecided) notes.add(`axe cannot decide: ${it}`);
}

/** Loads the page once in one view, and fills in what is found. */
async function look(browser, page, view, judged, complain) {
  const url = pathToFileURL(page.file).href;
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  try {
    const client = await tab.createCDPSession();
    await watch(client, url, complain);
    const isPhone = view.width < 500;
    await tab.setViewport({ width: view.width, height: view.height, isMobile: isPhone, hasTouch: isPhone });
    await tab.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: view.scheme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    tab.on("dialog", (dialog) => {
      complain("error", `${dialog.type()}: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    await tab.goto(url, { waitUntil: "load", timeout: TIMEOUT });
    const visit = await Visit.open(client);
    await visit.ask(probe.settled);
    const { nodes, ready } = await visit.ask(probe.measure);
    judged.ready.push(ready);
    judged.nodes = Math.max(judged.nodes, nodes);
    await structure(visit, view, complain);
    if (page.pictures) {
      await picture(tab, path.join(page.pictures, `${page.name}-${view.name}.png`), view);
    }
    await visit.evaluate(`${AXE};0`);
    await state(visit, view, complain, judged.notes);
    if ((await visit.ask(probe.open)) > 0) {
      await visit.ask(probe.settled);
      await state(visit, view, complain, judged.notes);
    }
    for (const it of await visit.ask(probe.texts, page.expected)) complain("text", it);
    if (page.pictures && view === VIEWS[0]) await print(tab, path.join(page.pictures, `${page.name}.pdf`), complain);
    await visit.ask(probe.settled);
  } finally {
    await context.close();
  }
}

/** Complaints of all views, each once, with the views it holds for unless these are all. */
class Complaints {
  constructor(views) {
    this.views = views;
    this.found = new Map();
  }

  add(judge, problem, view) {
    const key = JSON.stringify([judge, problem]);
    if (!this.found.has(key)) this.found.set(key, new Set());
    this.found.get(key).add(view.name);
  }

  list() {
    return [...this.found].map(([key, views]) => {
      const [judge, problem] = JSON.parse(key);
      const where = views.size < this.views.length ? ` [${[...views].join(", ")}]` : "";
      return { judge, problem: problem.replace(/\s+/g, " ") + where };
    });
  }
}

async function judge(browser, page) {
  const views = VIEWS.filter((it) => page.views.length === 0 || page.views.includes(it.name));
  const complaints = new Complaints(views);
  const judged = { ready: [], nodes: 0, bytes: fs.statSync(page.file).size, notes: new Set() };
  for (const view of views) {
    const complain = (judge, problem) => complaints.add(judge, String(problem), view);
    try {
      await look(browser, page, view, judged, complain);
    } catch (error) {
      complain("load", error.message);
      // It would take as long in the next one.
      break;
    }
  }
  const complain = (judge, problem) => views.forEach((view) => complaints.add(judge, problem, view));
  if (judged.nodes > page.max_nodes) complain("nodes", `${judged.nodes} nodes, at most ${page.max_nodes} are wanted`);
  if (judged.bytes > page.max_bytes) complain("size", `${judged.bytes} bytes, at most ${page.max_bytes} are wanted`);
  return { name: page.name, ...judged, notes: [...judged.notes], complaints: complaints.list() };
}

async function judgeAll(browser, pages) {
  const watchdog = setTimeout(() => {
    console.error("the browser does not come to an end");
    browser.process()?.kill("SIGKILL");
    process.exit(1);
  }, WATCHDOG);
  try {
    const judged = [];
    for (const page of pages) judged.push(await judge(browser, page));
    return { browser: await browser.version(), pages: judged };
  } finally {
    clearTimeout(watchdog);
    await browser.close();
  }
}

async function main() {
  const plan = JSON.parse(fs.readFileSync(0, "utf8"));
  // Nobody's settings have a say.
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "trailseal-browser-"));
  try {
    const browser = await puppeteer.launch({
      executablePath: plan.chromium,
      args: FLAGS,
      pipe: true,
      timeout: TIMEOUT,
      protocolTimeout: TIMEOUT,
      userDataDir: path.join(home, "profile"),
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    });
    console.log(JSON.stringify(await judgeAll(browser, plan.pages)));
  } finally {
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
