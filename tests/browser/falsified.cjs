// Writes copies of good.html into a folder, each with one thing wrong, and prints
//   [{name, file, views, refused_by, besides, says}]
// The judges of `refused_by` must complain and one of them must say `says`; those of `besides` may,
// which depends on the browser's version; no others may.
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const path = require("path");

const good = fs.readFileSync(path.join(__dirname, "good.html"), "utf8");

/** The page with one text, which must stand there exactly once, replaced. */
function swap(from, to) {
  const parts = good.split(from);
  if (parts.length !== 2) throw new Error(`good.html has ${JSON.stringify(from)} ${parts.length - 1} times`);
  return parts.join(to);
}

const inHead = (html) => swap("</title>", `</title>\n${html}`);
const inMain = (html) => swap("</main>", `${html}\n</main>`);
const inScript = (code) => swap("addEventListener(", `${code}\naddEventListener(`);
const inStyle = (rule) => swap(".quiet {", `${rule}\n.quiet {`);
const inPolicy = (directive) => swap("base-uri 'none';", `${directive}; base-uri 'none';`);

/** Puts the hashes of the page's own style and script into its policy, so that they are let in. */
function seal(html) {
  const hash = (element) => {
    const [, text] = html.match(new RegExp(`<${element}>(.*?)</${element}>`, "s"));
    return `${element}-src 'sha256-${crypto.createHash("sha256").update(text).digest("base64")}'`;
  };
  const sealed = (page, element) => page.replace(new RegExp(`${element}-src 'sha256-[^']*'`), () => hash(element));
  return ["style", "script"].reduce(sealed, html);
}

// Where a falsified page is looked at: one view of four, for time.
const DESKTOP = ["1280-light"];
const PHONE = ["390-light"];

// What a browser may say, too, of something that the policy of the page has stopped.
const BLOCKED = ["console", "csp", "request"];

const OUTSIDE = "https://outside.example";
const WIDE = '<p><span id="wide">wide</span></p>';

// name, the judges that must refuse it, what one of them says, the page, its views
const FALSIFICATIONS = [
  ["external-image", ["console", "csp"], OUTSIDE, inMain(`<img src="${OUTSIDE}/a.png" alt="a">`)],
  [
    "image-let-in",
    ["console", "policy", "request"],
    `Image ${OUTSIDE}`,
    inPolicy(`img-src ${OUTSIDE}`).replace("</main>", `<img src="${OUTSIDE}/a.png" alt="a">\n</main>`),
  ],
  ["external-stylesheet", ["console", "csp", "element"], OUTSIDE, inHead(`<link rel="stylesheet" href="${OUTSIDE}/a.css">`)],
  ["external-script", ["console", "csp", "element"], OUTSIDE, inMain(`<script src="${OUTSIDE}/a.js"></script>`)],
  ["fetch", ["console", "csp"], "connect-src", inScript(`fetch("${OUTSIDE}/a").catch(() => {});`)],
  ["web-socket", ["console", "csp"], "connect-src", inScript(`try { new WebSocket("wss://outside.example"); } catch {}`)],
  ["handler", ["handler"], "onclick", swap("<code>000000000001", '<code onclick="x()">000000000001')],
  ["script-without-hash", ["console", "csp"], "script-src", inMain("<script>document.title = 'a';</script>")],
  ["style-attribute", ["console", "csp"], "style-src", swap("<h1>", '<h1 style="color: red">')],
  ["javascript-link", ["element"], "javascript:", inMain('<p><a href="javascript:x()">a</a></p>')],
  ["no-policy", ["policy"], "no Content-Security-Policy", good.replace(/<meta http-equiv=.*\n/, "")],
  ["unsafe-inline", ["policy"], "'unsafe-inline'", swap("script-src", "script-src 'unsafe-inline'")],
  ["unsafe-eval", ["policy"], "'unsafe-eval'", swap("script-src", "script-src 'unsafe-eval'")],
  ["late-policy", ["policy"], "before the policy", swap('<meta charset="utf-8">', '<meta charset="utf-8">\n<style media="print"></style>')],
  ["console-error", ["console"], "error: a", inScript('console.error("a");')],
  ["console-warning", ["console"], "warning: a", inScript('console.warn("a");')],
  ["page-error", ["error"], "ReferenceError", inScript("setTimeout(() => nothing(), 0);")],
  ["dialog", ["error"], "alert: a", inScript('alert("a");')],
  ["image-without-alt", ["axe"], "image-alt", inMain("<img>")],
  ["contrast", ["axe"], "color-contrast", swap("--quiet: #595959", "--quiet: #999999")],
  ["contrast-in-the-dark", ["axe"], "[1280-dark]", swap("--quiet: #a8a8a8", "--quiet: #404040"), ["1280-light", "1280-dark"]],
  ["contrast-on-demand", ["axe"], "color-contrast", inStyle("details p { color: #808080; }")],
  ["markup-in-a-name", ["text"], "nobody can read", swap("&lt;/script&gt;&lt;b&gt;bold&lt;/b&gt;", "</script><b>bold</b>")],
  ["markup-in-a-name-again", ["text"], "1 times without its markup", inMain("<p></script><b>bold</b></p>")],
  ["hidden-name", ["text"], "onerror", swap("<td>&lt;img", "<td hidden>&lt;img")],
  ["overflow", ["overflow"], 'id="wide"', inMain(WIDE).replace(".quiet {", "#wide { display: inline-block; width: 600px; }\n.quiet {"), PHONE],
  ["no-viewport", ["first screen", "overflow"], "px wide", good.replace(/<meta name="viewport".*\n/, ""), PHONE],
  ["too-many-nodes", ["nodes"], "nodes, at most", inMain(`<p>${"<i>a</i> ".repeat(1000)}</p>`)],
  ["too-large", ["size"], "bytes, at most", inMain(`<!-- ${"a".repeat(20_000)} -->`)],
  ["no-caption", ["table"], "no caption", good.replace(/<caption>.*\n/, "")],
  ["no-scope", ["table"], "th without scope: Name", swap('<th scope="col">Name', "<th>Name")],
  ["low-verdict", ["first screen"], "#verdict ends", inStyle("h1 { margin-bottom: 800px; }")],
  ["no-verdict", ["first screen"], "#verdict is missing", swap('<p id="verdict">', "<p>")],
];

function main(folder) {
  const copies = FALSIFICATIONS.map(([name, refused_by, says, html, views = DESKTOP]) => {
    if (html === good) throw new Error(`${name} is not falsified`);
    const file = path.join(folder, `${name}.html`);
    fs.writeFileSync(file, seal(html));
    const besides = refused_by.includes("csp") || refused_by.includes("handler") ? BLOCKED : [];
    return { name, file, views, refused_by, besides, says };
  });
  console.log(JSON.stringify(copies));
}

main(process.argv[2]);
