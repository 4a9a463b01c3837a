// Asks @cloud-copilot/iam-simulate what it answers to key policies and requests to which
// trailseal-key-policy has answered, and says where the two differ.
//
// node check.cjs CASES EXPECTED_COUNT; NODE_PATH must name the folder of the package. Prints one JSON
// object: problems, and how often each kind of difference came up. What each kind means stands in
// docs/operations/policy-cross-check.md.
"use strict";

const fs = require("fs");
const path = require("path");

// The package exports its answer for a whole account only; what its key policy alone comes to is an
// intermediate result, which this file returns. The version is pinned.
const engine = path.join(process.env.NODE_PATH, "@cloud-copilot/iam-simulate/dist/cjs");
const { loadPolicy } = require("@cloud-copilot/iam-policy");
const { authorize } = require(path.join(engine, "core_engine/CoreSimulatorEngine.js"));
const { AwsRequestImpl } = require(path.join(engine, "request/request.js"));
const { RequestContextImpl } = require(path.join(engine, "requestContext.js"));
const constraints = require(path.join(engine, "context_keys/discoveryContextKeyConstraints.js"));

const ACCOUNT = "111122223333";
const ANSWERS = ["allow", "deny", "not_allowed", "unknown"];
// A class that hardly comes up would hide that the generator is broken.
const LEAST_OF_EACH = 100;

/** What the other simulator says of one complete request, in our words. */
function answered(item, context) {
  const request = new AwsRequestImpl(
    item.principal,
    { resource: item.resource, accountId: ACCOUNT },
    item.action,
    new RequestContextImpl(context),
  );
  const { resourceAnalysis } = authorize({
    request,
    sessionPolicy: undefined,
    identityPolicies: [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: loadPolicy(item.policy, { name: "key policy" }),
    permissionBoundaries: undefined,
    vpcEndpointPolicies: undefined,
    simulationParameters: {
      simulationMode: "Strict",
      discoveryContextKeyConstraints: new constraints.DiscoveryContextKeyConstraints([]),
    },
    serviceSettings: {},
  });
  switch (resourceAnalysis.result) {
    case "Allowed":
      return "allow";
    case "AllowedForAccount":
      return item.delegate ? "allow" : "not_allowed";
    case "ExplicitlyDenied":
    case "DeniedForAccount":
      return "deny";
    case "ImplicitlyDenied":
      return "not_allowed";
    default:
      throw new Error(`the simulator answered ${resourceAnalysis.result}`);
  }
}

/**
 * Where the other simulator is known to differ: another way to write the same policy, or the same
 * question, which it answers as AWS documents. A difference is explained only if its answer to that
 * is ours.
 */
const DIFFERENCES = {
  // That nothing allows it is certain; whether something denies it besides is not, and is refused
  // either way.
  denied_besides: (policy, item) =>
    item.answer === "not_allowed" && item.denied === "unknown" ? withoutDenials(policy) : policy,
  // It compares seconds with milliseconds.
  seconds_since_1970: (policy) =>
    withValues(policy, (operator, value) =>
      operator.includes("date") && /^\d+$/.test(value)
        ? new Date(Number(value) * 1000).toISOString()
        : value,
    ),
  // It takes a range of all addresses for one of few.
  range_of_all_addresses: (policy) =>
    withValues(policy, (_, value) =>
      value === "0.0.0.0/0" ? ["0.0.0.0/1", "128.0.0.0/1"] : value,
    ),
  // Under NotIpAddress, an address of the other family is for it neither in a bare address nor outside.
  bare_address: (policy) =>
    withValues(policy, (_, value) => (/^(\d+\.){3}\d+$/.test(value) ? `${value}/32` : value)),
};

function withStatements(policy, change) {
  return { ...policy, Statement: [policy.Statement].flat().flatMap(change) };
}

function withoutDenials(policy) {
  return withStatements(policy, (statement) => (statement.Effect === "Deny" ? [] : [statement]));
}

/** The policy with each value of its conditions changed, given the operator in lower case. */
function withValues(policy, change) {
  const ofKey = (operator, values) =>
    [values].flat().flatMap((value) => change(operator.toLowerCase(), value));
  return withStatements(policy, (statement) => {
    if (!statement.Condition) return [statement];
    const condition = Object.entries(statement.Condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(keys).map(([key, values]) => [key, ofKey(operator, values)]),
      ),
    ]);
    return [{ ...statement, Condition: Object.fromEntries(condition) }];
  });
}

/** The kind of a difference, several joined by a plus; nothing if it is of no known kind. */
function difference(item, context) {
  const agrees = (kinds) => {
    const policy = kinds.reduce((it, kind) => DIFFERENCES[kind](it, item), item.policy);
    return answered({ ...item, policy }, context) === item.answer;
  };
  const kinds = Object.keys(DIFFERENCES);
  const one = kinds.find((kind) => agrees([kind]));
  if (one) return [one];
  // Several at once: those that cannot be spared.
  if (!agrees(kinds)) return undefined;
  return kinds.reduce((needed, kind) => {
    const others = needed.filter((it) => it !== kind);
    return agrees(others) ? others : needed;
  }, kinds);
}

function read(file) {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  if (lines.pop() !== "") throw new Error("the last line is cut short");
  return lines.map((line) => JSON.parse(line));
}

function judge(items, expectedCount) {
  const problems = [];
  const counts = Object.fromEntries(ANSWERS.map((answer) => [answer, 0]));
  const kinds = {};
  let requests = 0;
  const count = (kind) => (kinds[kind] = (kinds[kind] ?? 0) + 1);
  items.forEach((item, index) => {
    if (item.id !== index) problems.push(`line ${index + 1} is case ${item.id}`);
    if (!ANSWERS.includes(item.answer)) {
      problems.push(`case ${item.id}: ${item.answer} is no answer`);
      return;
    }
    counts[item.answer] += 1;
    if ((item.answer === "unknown") !== (typeof item.why === "string")) {
      problems.push(`case ${item.id}: ${item.answer} because of ${item.why}`);
    }
    if ((item.answer === "deny") !== (item.denied === "yes")) {
      problems.push(`case ${item.id}: ${item.answer}, and denied: ${item.denied}`);
    }
    const theirs = item.contexts.map((context) => answered(item, context));
    requests += theirs.length;
    if (theirs.length === 0) problems.push(`case ${item.id} has no request`);
    if (item.answer === "unknown") {
      // They are certain, whatever the request turns out to be: we are more careful than they.
      if (new Set(theirs).size === 1) count(`unknown_${item.why}`);
      return;
    }
    const number = theirs.findIndex((answer) => answer !== item.answer);
    if (number < 0) return;
    const explained = difference(item, item.contexts[number]);
    if (explained) explained.forEach(count);
    else {
      problems.push(
        `case ${item.id}: we say ${item.answer}, they say ${theirs[number]} to ${item.action} by ` +
          `${item.principal} with ${JSON.stringify(item.contexts[number])} under ` +
          JSON.stringify(item.policy),
      );
    }
  });
  if (items.length !== expectedCount) {
    problems.push(`there are ${items.length} cases and not ${expectedCount}`);
  }
  for (const [answer, found] of Object.entries(counts)) {
    if (found < LEAST_OF_EACH) problems.push(`only ${found} cases are answered ${answer}`);
  }
  return { problems, counts, kinds, requests };
}

const [file, expectedCount] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(judge(read(file), Number(expectedCount)))}\n`);
