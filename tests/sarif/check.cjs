// Judges SARIF files twice: against JSON schemas, and against what GitHub documents as required and
// no validator checks. Prints a JSON array of {file, judge, problem}; empty if all is well.
//
// node check.cjs [--schema NAME=PATH]... FILE...
"use strict";

const fs = require("fs");
const { Validator } = require("jsonschema");

const problems = [];

function read(path) {
  return JSON.parse(fs.readFileSync(path, "utf8").replace(/^\uFEFF/, ""));
}

function complain(file, judge, problem) {
  problems.push({ file, judge, problem });
}

function checkSchema(file, document, name, schema) {
  // As GitHub's own uploader does it.
  for (const error of new Validator().validate(document, schema).errors) {
    complain(file, name, error.stack);
  }
}

function checkRule(rule, expect) {
  const at = `rule ${rule.id}`;
  const short = (text) => typeof text === "string" && text.length > 0 && text.length <= 1024;
  expect(short(rule.shortDescription?.text), `${at}: shortDescription`);
  expect(short(rule.fullDescription?.text), `${at}: fullDescription`);
  expect(Boolean(rule.help?.text), `${at}: help.text`);
  const begins = rule.help?.text?.startsWith("To fix it, ") && rule.help?.markdown?.startsWith("**To fix it, ");
  expect(begins, `${at}: its help does not begin with the fix`);
  expect(!rule.name || rule.name.length <= 255, `${at}: name`);
  const score = rule.properties?.["security-severity"];
  expect(typeof score === "string" && /^\d\.\d$/.test(score), `${at}: security-severity is no number as text`);
  expect(score !== "9.0", `${at}: 9.0 is between two severities`);
  expect((rule.properties?.tags ?? []).includes("security"), `${at}: no tag security`);
}

// The full file, which is not for GitHub, says of each result whether it is suppressed, and why.
function checkSuppressions(result, at, expect) {
  expect(Array.isArray(result.suppressions), `${at}: not said whether it is suppressed`);
  for (const it of result.suppressions ?? []) {
    const isAccepted = it.kind === "external" && it.status === "accepted";
    expect(isAccepted && Boolean(it.justification), `${at}: suppressed without a reason`);
  }
}

// What was not assessed never takes the place of a failure, neither here nor where GitHub cuts.
function checkOrder(run, isFull, expect) {
  const score = (rule) => Number(rule.properties?.["security-severity"]);
  const scope = run.tool.driver.rules.find((it) => it.id === "scope-not-assessed");
  const others = run.tool.driver.rules.filter((it) => it !== scope);
  expect(others.every((it) => score(it) > score(scope)), "scope-not-assessed is as severe as a failure");
  const open = run.results.filter((it) => !isFull || it.suppressions?.length === 0);
  const scores = open.map((it) => score(run.tool.driver.rules[it.ruleIndex]));
  expect(scores.every((it, at) => at === 0 || it <= scores[at - 1]), "a result comes before a more severe one");
}

// A failure counts its findings and lists the first of them, each of which is in no other result.
function checkFindings(results, expect) {
  const listed = [];
  for (const { partialFingerprints, properties, ruleId } of results) {
    const at = `result ${JSON.stringify(partialFingerprints)}`;
    if (ruleId === "scope-not-assessed" || ruleId === "results-left-out") {
      expect(properties?.findingsTotal === undefined, `${at}: no failure, and counts some`);
      continue;
    }
    const { findings = [], findingsTotal = 0 } = properties ?? {};
    const isWhole = findings.length === findingsTotal || findings.length === 100;
    expect(findings.length > 0 && findings.length <= findingsTotal && isWhole, `${at}: findings`);
    listed.push(...findings);
  }
  expect(new Set(listed).size === listed.length, "two results count one finding");
}

function checkResult(result, rules, isFull, expect) {
  const at = `result ${JSON.stringify(result.partialFingerprints)}`;
  expect(rules[result.ruleIndex]?.id === result.ruleId, `${at}: rule and index differ`);
  expect(Boolean(result.message?.text), `${at}: no message`);
  expect(!/[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/.test(result.message?.text), `${at}: control characters`);
  expect(!/\]\(/.test(result.message?.text), `${at}: a link`);
  // GitHub ignores both and would open an alert.
  expect(result.kind === undefined, `${at}: no failure`);
  if (isFull) {
    checkSuppressions(result, at, expect);
  } else {
    expect(result.suppressions === undefined, `${at}: no failure`);
  }
  expect(result.locations?.length === 1, `${at}: not one location`);
  const place = result.locations?.[0]?.physicalLocation;
  const uri = place?.artifactLocation?.uri ?? "";
  const segments = uri.split("/");
  const isSafe = segments.every((it) => /^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+$/.test(it) && !/^\.+$/.test(it));
  expect(isSafe, `${at}: the path '${uri}' is not relative and encoded`);
  for (const field of ["startLine", "startColumn", "endLine", "endColumn"]) {
    expect(Number.isInteger(place?.region?.[field]), `${at}: region.${field}`);
  }
  const hash = result.partialFingerprints?.primaryLocationLineHash;
  expect(/^[0-9a-f]{16}:1$/.test(hash), `${at}: primaryLocationLineHash`);
}

// A limited run has a category of its own, and so has a simulation and a scan through endpoints that
// are not AWS's: an upload closes what it does not have.
function checkPopulation(run, expect) {
  const { banner, population_source: source, scope, simulation } = run.properties ?? {};
  const id = run.automationDetails?.id;
  const forms = {
    whole: /^trailseal\/(simulation\/|other-endpoints\/)?[^/]+\/(full\/)?[^/]+$/,
    scoped: /^trailseal\/(simulation\/|other-endpoints\/)?[^/]+\/scope-[0-9a-f]{8}\/(full\/)?[^/]+$/,
  };
  expect(forms[scope]?.test(id), `automationDetails.id '${id}' does not fit the scope '${scope}'`);
  const isSimulated = simulation !== null;
  expect(id?.startsWith("trailseal/simulation/") === isSimulated, `automationDetails.id '${id}' of a simulation?`);
  const cautions = run.invocations?.[0]?.toolConfigurationNotifications ?? [];
  const texts = cautions.map((it) => it.message?.text);
  expect(JSON.stringify(banner) === JSON.stringify(texts), "the banner is not that of the notifications");
  const descriptors = run.tool.driver.notifications ?? [];
  const isKnown = (it) => descriptors[it.descriptor?.index]?.id === it.descriptor?.id;
  expect(cautions.every(isKnown), "a notification without its descriptor");
  const isWarned = cautions.some((it) => descriptors[it.descriptor?.index]?.id === "endpoints-not-aws");
  const isElsewhere = id?.startsWith("trailseal/other-endpoints/");
  expect(isWarned === isElsewhere, `automationDetails.id '${id}' of other endpoints?`);
  const says = (start) => texts.some((it) => it?.startsWith(start));
  const sources = { organizations: null, accounts_file: "Population self-declared", standalone_account: "Standalone" };
  expect(source in sources, `population_source '${source}'`);
  expect(!sources[source] || says(sources[source]), "the banner does not say whose word it is");
  expect(says("SIMULATION") === isSimulated, "the banner does not say SIMULATION");
  expect(says("SCOPED") === (scope === "scoped"), "the banner does not say SCOPED as the scope does");
}

function checkGithub(file, document) {
  const expect = (holds, problem) => holds || complain(file, "github", problem);
  const text = JSON.stringify(document);
  expect(document.version === "2.1.0" && document.$schema, "no schema or version");
  expect(document.runs.length === 1, "not one run");
  expect(!/"[A-Za-z]*[gG]uid":/.test(text), "a GUID, of which only some versions are accepted");
  const run = document.runs[0];
  expect(Boolean(run.tool.driver.name), "no name of the tool");
  const semantic = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
  expect(semantic.test(run.tool.driver.semanticVersion), "no semantic version");
  expect(/^https:\/\//.test(run.tool.driver.informationUri), "no informationUri");
  checkPopulation(run, expect);
  expect(run.invocations?.[0]?.executionSuccessful === true, "not successful: GitHub refuses it");
  expect(run.results.length <= 25000, "too many results");
  run.tool.driver.rules.forEach((it) => checkRule(it, expect));
  const isFull = /\/full\/[^/]+$/.test(run.automationDetails?.id);
  run.results.forEach((it) => checkResult(it, run.tool.driver.rules, isFull, expect));
  checkOrder(run, isFull, expect);
  checkFindings(run.results, expect);
  const alerts = run.results.map((it) => JSON.stringify([it.ruleId, it.partialFingerprints]));
  expect(new Set(alerts).size === alerts.length, "two results are one alert");
}

const schemas = [];
const files = [];
const given = process.argv.slice(2);
while (given.length > 0) {
  const argument = given.shift();
  if (argument === "--schema") {
    const [name, path] = given.shift().split(/=(.*)/s);
    schemas.push({ name, schema: read(path) });
  } else {
    files.push(argument);
  }
}
for (const file of files) {
  const document = read(file);
  schemas.forEach((it) => checkSchema(file, document, it.name, it.schema));
  checkGithub(file, document);
}
console.log(JSON.stringify(problems));
