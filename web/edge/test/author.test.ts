import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import {
  type Administration,
  type AuthzenRequest,
  type Change,
  compile,
  InvalidPolicyError,
  PolicySource,
  PortcullisError,
  RefusedError,
  schema,
} from "@portcullis/author";
import { beforeAll, expect, test } from "vitest";

import { DESK, WRONG } from "./author-policies";
import { PROGRAM, ROOT } from "./fixtures";

const NOW = 1_700_000_000;
const EXAMPLES = ["cx-platform", "omni24", "omniflow", "omnivoice", "sleekflow"];
const folder = new URL("target/web/author/", ROOT);
const file = (name: string) => fileURLToPath(new URL(name, folder));
const example = (name: string) => readFileSync(new URL(`examples/${name}/policy.json`, ROOT), "utf8");
const bytesMax = 256 * 1024 * 1024;

/** Runs the program in the folder, and returns what it printed however it ended. */
function ran(...args: string[]): string {
  const { stdout, error } = spawnSync(PROGRAM as string, args, { cwd: fileURLToPath(folder), encoding: "utf8", maxBuffer: bytesMax });
  if (error) throw error;
  return stdout;
}

/** Runs the program in the folder; it must succeed. */
function portcullis(args: string[], input?: string): string {
  return execFileSync(PROGRAM as string, args, {
    cwd: fileURLToPath(folder),
    encoding: "utf8",
    input: input ?? "",
    maxBuffer: bytesMax,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (PROGRAM) portcullis(["keygen", "-o", "keys"]);
});

test.each(EXAMPLES)("%s passes its own tests", (name) => {
  const policy = compile(example(name));
  const report = policy.test({ now: NOW });
  expect(report.tests.flatMap((one) => one.failures)).toEqual([]);
  expect(report.passes).toBe(true);
  expect(report.tests).toHaveLength(JSON.parse(example(name)).tests.length);
  expect(report.coverage.exercised).toBeGreaterThan(0);
});

test.skipIf(!PROGRAM).each(EXAMPLES)("of %s the program says the same, and builds the same payload", (name) => {
  const path = `${name}.json`;
  copyFileSync(fileURLToPath(new URL(`examples/${name}/policy.json`, ROOT)), file(path));
  const policy = compile(readFileSync(file(path)));

  portcullis(["build", path, "-k", "keys/signing.key", "-o", `${name}.pclb`, "--issued-at", String(NOW)]);
  const inspected = JSON.parse(portcullis(["inspect", `${name}.pclb`, "--trust", "keys/trust.json", "--now", String(NOW), "--json"]));
  // What signs ends the payload with a nonce.
  const whole = readFileSync(file(`${name}.pclb`));
  const own = Buffer.from(policy.payload({ now: NOW }));
  const end = whole.indexOf(own) + own.length;
  expect(end).toBeGreaterThan(own.length);
  expect(sha256(whole.subarray(end - own.length, end + 16))).toBe(inspected.digest);
  const edge = ["--audience", "edge", "--valid-for", "1h", "--sequence", "7", "--pin-floor", "3", "--without", "directory"];
  portcullis(["build", path, "-k", "keys/signing.key", "-o", `${name}.edge.pclb`, "--issued-at", String(NOW), ...edge]);
  const bundle = readFileSync(file(`${name}.edge.pclb`));
  const payload = policy.payload({ now: NOW, audience: "edge", validForSeconds: 3600, sequence: 7, pinFloor: 3, withoutDirectory: true });
  expect(bundle.includes(Buffer.from(payload))).toBe(true);

  const tested = JSON.parse(portcullis(["test", path, "--now", String(NOW), "--json"])).policies[0];
  const { policy: _, warnings, ...report } = tested;
  expect(policy.test({ now: NOW })).toEqual(report);
  expect(policy.warnings.map(worded)).toEqual(warnings);
  expect(policy.types()).toBe(portcullis(["types", path]));
  for (const format of ["markdown", "csv", "html"] as const) {
    expect(policy.matrixAs(format)).toBe(portcullis(["matrix", path, "--format", format]));
  }
  expect(policy.lint()).toEqual(JSON.parse(ran("lint", path, "--json")).policies[0].findings);

  // What is asked of the preview is answered as by the bundle that the program built.
  const preview = policy.preview({ now: NOW });
  const requests = requestsOf(JSON.parse(example(name)).tests);
  const lines = requests.map((request) => JSON.stringify(request));
  expect(lines.length).toBeGreaterThan(30);
  const trust = ["--trust", "keys/trust.json", "--now", String(NOW)];
  const answers = portcullis(["decide", `${name}.pclb`, ...trust, "-"], `${lines.join("\n")}\n`);
  expect(requests.map((request) => preview.answer(request))).toEqual(answers.trimEnd().split("\n"));
  const [first] = requests as [AuthzenRequest];
  const [line] = lines as [string];
  expect(preview.explain(first)).toEqual(JSON.parse(portcullis(["explain", `${name}.pclb`, ...trust, line])));
  expect(preview.filter(first)).toEqual(JSON.parse(portcullis(["filter", `${name}.pclb`, ...trust, line])));
  const subject = JSON.stringify(first.subject);
  const modules = JSON.parse(portcullis(["modules", `${name}.pclb`, ...trust, "--subject", subject])).modules;
  expect(preview.modules(first.subject)).toEqual(modules);
});

test.skipIf(!PROGRAM)("every problem of a bad policy comes with the path and the cure that the program gives", () => {
  for (const [name, text] of Object.entries(WRONG)) {
    writeFileSync(file("wrong.json"), text);
    const { problems, passes } = JSON.parse(ran("test", "wrong.json", "--json")).policies[0];
    const error = thrown(() => compile(text));
    expect(error, name).toBeInstanceOf(InvalidPolicyError);
    const invalid = error as InvalidPolicyError;
    expect([invalid.code, passes, invalid.more], name).toEqual(["invalid-policy", false, 0]);
    expect(invalid.problems.map(worded), name).toEqual(problems);
  }
  const many = thrown(() => compile(WRONG["many things at once"] as string)) as InvalidPolicyError;
  expect(many.problems.length).toBeGreaterThan(5);
  expect(many.problems.map((one) => one.path)).toContain("$.catalog.roles.agent.grants.own[0]");
});

test("problems beyond those that are listed are counted", () => {
  const unknown = Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`key-${at}`, at]));
  const error = thrown(() => compile(JSON.stringify({ ...DESK, ...unknown }))) as InvalidPolicyError;
  expect([error.problems.length, error.more]).toEqual([257, 0]);
  expect(error.problems[255]?.path).toBe("$.key-255");
  expect(error.problems[256]?.message).toBe("not listed: 1244 more, each a problem");
});

const SESSION: [actor: string, change: Change, args: string[], reason?: string][] = [
  ["ann", { operation: "clone", from: "agent", role: "helper", label: "Helper" }, ["clone", "POLICY", "agent", "helper", "--label", "Helper"]],
  ["lou", { operation: "grant", role: "helper", grants: { team: "tickets:read" } }, ["grant", "POLICY", "helper", "tickets:read", "--scope", "team"]],
  // Of the tickets of others a lead sees those of its team.
  ["lou", { operation: "grant", role: "helper", grants: { all: ["tickets:read"] } }, ["grant", "POLICY", "helper", "tickets:read", "--scope", "all"], "not-covered"],
  ["lou", { operation: "create", role: "boss" }, ["create", "POLICY", "boss"], "not-managed"],
  ["lou", { operation: "assign", role: "admin", subject: "kim" }, ["assign", "POLICY", "admin", "kim"], "not-managed"],
  ["lou", { operation: "assign", role: "agent", subject: "lou" }, ["assign", "POLICY", "agent", "lou"], "own-access"],
  ["kim", { operation: "reset", role: "helper" }, ["reset", "POLICY", "helper"], "not-allowed"],
  ["lou", { operation: "assign", role: "helper", subject: { type: "user", id: "kim" }, team: "emea" }, ["assign", "POLICY", "helper", "kim", "--team", "emea"]],
  ["lou", { operation: "revoke", role: "helper", grants: { "*": ["tickets:write"] } }, ["revoke", "POLICY", "helper", "tickets:write"]],
  ["ann", { operation: "map", role: "helper", group: "idp-helpers" }, ["map", "POLICY", "helper", "idp-helpers"]],
  ["ann", { operation: "label", role: "helper", description: "Helps." }, ["label", "POLICY", "helper", "--description", "Helps."]],
  ["lou", { operation: "reset", role: "helper" }, ["reset", "POLICY", "helper"]],
  ["lou", { operation: "reset", role: "helper" }, ["reset", "POLICY", "helper"], "nothing-to-do"],
  ["ann", { operation: "rename", role: "helper", to: "aide" }, ["rename", "POLICY", "helper", "aide"]],
  ["ann", { operation: "unmap", role: "aide", group: "idp-helpers" }, ["unmap", "POLICY", "aide", "idp-helpers"]],
  ["ann", { operation: "delete", role: "aide", reassign: "agent" }, ["delete", "POLICY", "aide", "--reassign", "agent"]],
  ["ann", { operation: "create", role: "helper" }, ["create", "POLICY", "helper"], "retired"],
  ["ann", { operation: "delete", role: "admin" }, ["delete", "POLICY", "admin"], "permanent"],
  ["ann", { operation: "unassign", role: "agent", subject: "kim" }, ["unassign", "POLICY", "agent", "kim"]],
];

test.skipIf(!PROGRAM)("a session of role changes is the program's, record by record", () => {
  const path = "desk.json";
  writeFileSync(file(path), `${JSON.stringify(DESK, null, 2)}\n`);
  let policy = compile(readFileSync(file(path), "utf8"));
  const first = policy;
  let refusals = 0;
  let records = 0;
  for (const [at, [actor, change, args, reason]] of SESSION.entries()) {
    const now = NOW + at;
    const words = args.map((arg) => (arg === "POLICY" ? path : arg));
    const output = JSON.parse(ran("role", ...words, "--as", actor, "--at", String(now), "--json"));
    const name = `${actor}: ${args.join(" ")}`;
    if (reason) {
      const error = thrown(() => policy.administer({ actor, change, now }));
      expect(output.refused?.reason, name).toBe(reason);
      expect(error, name).toBeInstanceOf(RefusedError);
      expect((error as RefusedError).refusal, name).toEqual(output.refused);
      expect((error as RefusedError).code, name).toBe("refused");
      refusals++;
      continue;
    }
    const { policy: next, text, ...done } = policy.administer({ actor, change, now });
    const { dry_run, link, ...expected } = output;
    expect(dry_run, name).toBe(false);
    expect(done, name).toEqual(expected);
    expect(text, name).toBe(readFileSync(file(path), "utf8"));
    // The log numbers the record, and changes nothing else of it.
    const lines = readFileSync(file("desk.audit.jsonl"), "utf8").trimEnd().split("\n");
    records++;
    expect(lines, name).toHaveLength(records);
    const logged = JSON.parse(lines[records - 1] as string);
    expect(logged, name).toEqual({ link, record: { ...done.record, sequence: records } });
    // The policy after it is compiled already, and is what its text says.
    const read = compile(text);
    expect([next.digest, next.warnings, next.matrix()], name).toEqual([read.digest, read.warnings, read.matrix()]);
    policy = next;
    expect(policy.digest, name).toBe(done.record.policy.after);
  }
  expect([records, refusals]).toEqual([11, 8]);

  // Who gains and loses by all of it.
  writeFileSync(file("before.json"), `${JSON.stringify(DESK, null, 2)}\n`);
  expect(first.diff(policy)).toEqual(JSON.parse(portcullis(["diff", "before.json", path, "--json"])));
  const kim = first.diff(policy).subjects.find((one) => one.id === "kim");
  expect(kim?.roles_gained).toEqual(["agent@emea"]);
  expect(kim?.roles_lost).toEqual(["agent"]);
});

test("a change says who gains and who loses", () => {
  const policy = compile(JSON.stringify(DESK));
  const { impacts, text } = policy.administer({
    actor: "ann",
    change: { operation: "assign", role: "lead", subject: "kim", team: "emea" },
    now: NOW,
  });
  expect(impacts.map(({ subject, lost }) => [subject, lost])).toEqual([[{ type: "user", id: "kim" }, []]]);
  expect(impacts[0]?.gained).toContainEqual({ permission: "tickets:delete", scope: "team", team: "emea" });
  // The source that was asked stays as it was.
  expect(policy.digest).toBe(sha256(JSON.stringify(DESK)));
  expect(compile(text).diff(compile(text)).subjects).toEqual([]);
});

test("the vendor turns features on, and a subject brings along what the directory does not know", () => {
  const policy = compile(JSON.stringify({ ...DESK, tenant: { ...DESK.tenant, groups: { admins: "admin" } } }));
  const on = policy.administer({ actor: { vendor: "ops" }, change: { operation: "enable", feature: "reports" }, now: NOW });
  expect(on.record.actor).toEqual({ vendor: { name: "ops" } });
  expect(JSON.parse(on.text).tenant.features).toBe("reports");
  const refused = thrown(() => policy.administer({ actor: { vendor: "ops" }, change: { operation: "reset", role: "lead" }, now: NOW }));
  expect((refused as RefusedError).refusal.reason).toBe("not-allowed");
  const change: Change = { operation: "create", role: "new" };
  const actor = { type: "user", id: "max", properties: { groups: ["admins"] } };
  expect(policy.administer({ actor, change, now: NOW }).record.actor).toEqual({ subject: { type: "user", id: "max" } });
  // Its roles come from the directory and its groups: it brings none of its own.
  for (const own of [{ roles: ["admin"] }, { team_roles: { emea: ["admin"] } }]) {
    const forged = { type: "user", id: "max", properties: own };
    expect(code(() => policy.administer({ actor: forged, change, now: NOW }))).toMatch(/^malformed: an actor does not bring its own roles/);
  }
  const nobody = thrown(() => policy.administer({ actor: "max", change, now: NOW }));
  expect((nobody as RefusedError).refusal.reason).toBe("not-allowed");
});

test("the schema is a policy file's", () => {
  const { title, required } = schema();
  expect([title, required]).toEqual(["A Portcullis policy", ["catalog", "tenant"]]);
});

test("a matrix is of the roles that are named", () => {
  const policy = compile(JSON.stringify(DESK));
  expect(policy.matrix().roles.map((one) => one.role)).toEqual(["admin", "lead", "agent"]);
  const { roles, rows } = policy.matrix(["agent"]);
  expect(roles.map((one) => one.role)).toEqual(["agent"]);
  expect(rows.find((row) => row.module === "tickets" && row.action === "read")?.cells).toEqual([["own"]]);
  expect(code(() => policy.matrix(["agnet"]))).toBe("malformed: the policy has no role `agnet`; did you mean `agent`?");
});

test("what is too large is refused before it is read", () => {
  const most = 4 * 1024 * 1024;
  const padded = (length: number) => JSON.stringify(DESK).padEnd(length, " ");
  expect(compile(padded(most))).toBeInstanceOf(PolicySource);
  for (const text of [padded(most + 1), "[".repeat(most * 2), new Uint8Array(most + 1), `"${"€".repeat(most / 2)}"`]) {
    expect(code(() => compile(text))).toBe(`limit-exceeded: the policy has more than ${most} bytes`);
  }
  const policy = compile(JSON.stringify(DESK));
  const long = "x".repeat(8 * 1024 * 1024 + 1);
  expect(code(() => policy.preview({ now: NOW }).decide(long))).toMatch(/^limit-exceeded: /);
  expect(code(() => policy.administer({ actor: long, change: { operation: "reset", role: "agent" }, now: NOW }))).toMatch(/^limit-exceeded: /);
  expect(code(() => policy.administer({ actor: "ann", change: { operation: "reset", role: long }, now: NOW }))).toMatch(/^limit-exceeded: /);
  expect(code(() => policy.administer({ actor: "ann", change: { operation: "create", role: "x".repeat(65) }, now: NOW }))).toMatch(/^refused: /);
  const scopes = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`s${at}`, "*"]));
  expect(code(() => policy.administer({ actor: "ann", change: { operation: "grant", role: "agent", grants: scopes }, now: NOW }))).toMatch(/^malformed: /);
});

test("large policies that are wrong all over are answered", () => {
  const most = 4 * 1024 * 1024;
  const fill = (head: string, part: string, tail: string, length = most) =>
    head + part.repeat(Math.floor((length - head.length - tail.length) / part.length)) + tail;
  const hostile = [
    fill("[", "[],", "0]"),
    // Where every few bytes are a problem it is a part, for the sake of the test's time.
    fill('{"catalog":{"id":"c","features":[', '"",', '""]},"tenant":{"id":"t"}}', most / 8),
    fill('{"catalog":{"id":"c","scopes":{"all":"', "(", '"}},"tenant":{"id":"t"}}'),
    fill('{"catalog":{"id":"c","features":[', "0,", '0]},"tenant":{"id":"t"}}', most / 16),
    fill('{"', "\\u0000", '":0}'),
    "[".repeat(most),
    '{"a":'.repeat(most / 8),
  ];
  for (const text of hostile) expect(code(() => compile(text)).slice(0, 14)).toBe("invalid-policy");
  // And the compiler is still there.
  expect(compile(JSON.stringify(DESK)).tenant).toBe("acme");
});

test("wrong types are typed errors", () => {
  const policy = compile(JSON.stringify(DESK));
  const preview = policy.preview({ now: NOW });
  const good = { actor: "ann", change: { operation: "reset", role: "agent" }, now: NOW };
  const administer = (more: object) => () => policy.administer({ ...good, ...more } as Administration);
  const change = (value: unknown) => administer({ change: value });
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const cases: [ask: () => unknown, words: RegExp][] = [
    [() => compile(undefined as never), /the policy is not text/],
    [() => compile({} as never), /the policy is not text/],
    [() => compile("\ud800"), /half of a character/],
    [() => compile(new Uint8Array([0xff])), /not valid UTF-8/],
    [() => policy.test({ now: Number.NaN }), /the time/],
    [() => policy.test({ now: -1 }), /the time/],
    [() => policy.test({ now: 1.5 }), /the time/],
    [() => policy.test(undefined as never), /the time/],
    [() => policy.payload(undefined as never), /the time/],
    [() => policy.payload({ now: NOW, audience: "" }), /the audience/],
    [() => policy.payload({ now: NOW, audience: 7 as never }), /the metadata: invalid type: integer `7`, expected a string/],
    [() => policy.payload({ now: NOW, sequence: -1 }), /the metadata/],
    [() => policy.payload({ now: NOW, sequence: 1.5 }), /the metadata/],
    [() => policy.payload({ now: NOW, pinFloor: NOW + 1 }), /the floor for pins/],
    [() => policy.payload({ now: NOW, auditHead: "zz" }), /the audit head/],
    [() => policy.diff({} as never), /no policy/],
    [() => policy.matrix("agent" as never), /the roles/],
    [() => policy.matrixAs("pdf" as never), /`pdf` is no format/],
    [change(undefined), /the change/],
    [change(null), /the change/],
    [change({}), /missing field `operation`/],
    [change({ operation: "explode", role: "agent" }), /unknown variant `explode`/],
    [change({ operation: "reset" }), /missing field `role`/],
    [change({ operation: "reset", role: 5 }), /the change/],
    [change({ operation: "reset", role: "agent", force: true }), /unknown field `force`/],
    [change({ operation: "grant", role: "agent", grants: "all" }), /the change/],
    [change({ operation: "grant", role: "agent", grants: { all: 7 } }), /a string or a list of strings/],
    [change({ operation: "assign", role: "agent", subject: 7 }), /the change/],
    [change({ operation: "reset", role: 10n }), /no JSON form/],
    [change(circle), /no JSON form/],
    [administer({ actor: undefined }), /somebody/],
    [administer({ actor: 7 }), /somebody/],
    [administer({ actor: {} }), /subject/],
    [administer({ actor: { vendor: 7 } }), /not text/],
    [administer({ actor: { type: "user", id: 7 } }), /subject.id/],
    [administer({ resource: { a: 1 } }), /the resource/],
    [administer({ resource: [] }), /the resource/],
    [administer({ now: "today" }), /the time/],
    [() => policy.administer(undefined as never), /somebody/],
    [() => preview.decide("{"), /not JSON/],
    [() => preview.decide(""), /blank/],
    [() => preview.decide({} as never), /subject/],
    [() => preview.decide('{"subject":{"type":"user","type":"user","id":"x"},"action":{"name":"read"},"resource":{"type":"tickets","id":"1"}}'), /appears twice/],
    [() => preview.decide(undefined as never), /the request/],
    [() => preview.modules(null as never), /subject/],
    [() => preview.explain(circle as never), /no JSON form/],
  ];
  for (const [ask, words] of cases) {
    const message = code(ask);
    expect(message).toMatch(words);
    expect(message.split(":")[0]).toBe("malformed");
  }
  // None of it has hurt the compiler.
  expect(policy.test({ now: NOW }).passes).toBe(true);
});

test("what is freed answers no longer, and twice is once", () => {
  const policy = compile(JSON.stringify(DESK));
  const preview = policy.preview({ now: NOW });
  policy.free();
  policy.free();
  expect(code(() => policy.types())).toBe("freed: the policy was freed");
  expect(code(() => compile(JSON.stringify(DESK)).diff(policy))).toBe("freed: the policy was freed");
  const subject = { type: "user", id: "kim" };
  expect(preview.modules(subject).map((one) => one.module)).toEqual(["tickets"]);
  preview.free();
  expect(code(() => preview.modules(subject))).toBe("freed: the preview was freed");
});

test("nothing gives a bundle away, or a key a place to go", () => {
  const policy = compile(JSON.stringify(DESK));
  const preview = policy.preview({ now: NOW });
  const members = (value: object) => Object.getOwnPropertyNames(Object.getPrototypeOf(value)).sort();
  expect(members(preview)).toEqual(["answer", "constructor", "decide", "explain", "filter", "free", "modules"]);
  expect(Object.keys(preview)).toEqual([]);
  const magic = new TextDecoder("latin1").decode(policy.payload({ now: NOW })).slice(0, 4);
  expect(magic).not.toBe("PCLB");
});

/** Returns the questions that a policy's tests ask, as requests. */
function requestsOf(tests: readonly Record<string, unknown>[]): AuthzenRequest[] {
  const requests: AuthzenRequest[] = [];
  for (const { subject, resource = {}, expect: expected, action, context, features, now, request } of tests as any[]) {
    if (now !== undefined || request !== undefined || typeof expected !== "object") continue;
    const { type = "user", id = "", ...own } = subject;
    // `role@team` is the tests' own way of writing what a request calls team roles.
    const roles = [own.roles ?? []].flat() as string[];
    const team_roles: Record<string, string[]> = {};
    for (const [role, team] of roles.map((text) => text.split("@"))) {
      if (team) (team_roles[team] ??= []).push(role as string);
    }
    const properties = { ...own, roles: roles.filter((text) => !text.includes("@")), team_roles: { ...own.team_roles, ...team_roles } };
    const { id: resource_id = "", ...attributes } = resource;
    for (const permission of Object.keys(expected)) {
      const [module, name] = permission.split(":") as [string, string];
      requests.push({
        subject: { type, id, properties },
        action: { name, properties: action ?? {} },
        resource: { type: module, id: resource_id, properties: attributes },
        context: { ...context, ...(features && { features }) },
      });
    }
  }
  return requests;
}

function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Words a problem as the program does. */
function worded(problem: { path: string; message: string; cure: string }): string {
  return `${problem.path}: ${problem.message}; ${problem.cure}`;
}

function thrown(ask: () => unknown): unknown {
  try {
    ask();
  } catch (error) {
    return error;
  }
  return new Error("nothing was thrown");
}

/** Returns the message of a typed error; any other fails the test. */
function code(ask: () => unknown): string {
  const error = thrown(ask);
  if (!(error instanceof PortcullisError)) throw error;
  expect(error.message.startsWith(error.code)).toBe(true);
  return error.message;
}

test.each(EXAMPLES)("of %s the outline has the rows of the matrix and the roles of its columns", (name) => {
  const policy = compile(example(name));
  const outline = policy.outline({ now: NOW });
  const matrix = policy.matrix();
  expect(outline.permissions.map(({ name }) => name)).toEqual(matrix.rows.map(({ module, action }) => `${module}:${action}`));
  expect(outline.permissions.map(({ open }) => open)).toEqual(matrix.rows.map(({ open }) => open));
  expect(outline.roles.map(({ id }) => id)).toEqual(matrix.roles.map(({ role }) => role));
});

test("who may is as the program says, and of what is not there nothing is said", () => {
  const policy = compile(example("omniflow"));
  const who = policy.who("conversations:read", { now: NOW, resource: { teams: ["billing"] } });
  expect(who.permission).toBe("conversations:read");
  if (PROGRAM) {
    copyFileSync(fileURLToPath(new URL("examples/omniflow/policy.json", ROOT)), file("omniflow-who.json"));
    const said = portcullis(["who", "omniflow-who.json", "conversations:read", "--resource", "teams=billing", "--now", String(NOW), "--json"]);
    expect(who).toEqual(JSON.parse(said));
  }
  expect(() => policy.who("conversations:reed", { now: NOW })).toThrow(/no permission `conversations:reed`/);
  expect(() => policy.who("conversations:read", { now: NOW, resource: { colour: ["red"] } })).toThrow(/no resource attribute `colour`/);
});
