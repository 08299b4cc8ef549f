import { Portcullis, PortcullisError, type Session, type Snapshot, viewOf } from "@portcullis/edge";
import { expect, test } from "vitest";

import { decoded } from "./conformance";
import { fixtures } from "./fixtures";

// What is given wrongly, or by nobody: never a wider answer than was meant.
const { bundles, cases, changes, trust, now, expires_at } = fixtures();
const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");
const bytes = decoded(bundles[asked?.bundle as number] as string);
const subject = asked?.subject as { id: string };
const permission = asked?.permission as string;
const loaded = () => Portcullis.load(bytes, { trust, now });

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e11, Date.now(), null, undefined, "1", 1n, {}, true])(
  "an end of an identity that is %s is refused, not taken for the bundle's",
  async (validUntil) => {
    const policy = await loaded();
    expect(thrown(() => policy.session(subject, { validUntil } as never))).toMatchObject({
      code: "malformed",
      message: "malformed: `validUntil` is no time in Unix seconds",
    });
  },
);

test("an identity that has ended gets no session, and one whose end is left out has the bundle's", async () => {
  const policy = await loaded();
  expect(thrown(() => policy.session(subject, { validUntil: 0 })).code).toBe("bundle-expired");
  expect(policy.session(subject, { validUntil: now + 1.5 }).validUntil).toBe(now + 1);
  expect(policy.session(subject, {}).validUntil).toBe(expires_at);
});

test("a resource that is given and not there is not as if nothing were asked about", async () => {
  const whole = await Portcullis.load(decoded(changes.instant[1]), { trust, now, wholeBundle: true });
  const sessions: [string, Session][] = [
    [permission, (await loaded()).session(subject)],
    // Allowed whatever the resource.
    ["articles:read", whole.session({ id: "sam", roles: ["supervisor"] })],
  ];
  for (const [name, session] of sessions) {
    const view = viewOf(session.snapshot(), () => now);
    expect([session.can(name), view.can(name)]).toEqual([true, true]);
    for (const none of [undefined, null, 7, "text", false]) {
      expect([session.can(name, none as never), view.can(name, none as never)]).toEqual([false, false]);
      expect([session.filter(name).test(none as never), view.filter(name).test(none as never)]).toEqual([false, false]);
      if (none !== undefined) expect(thrown(() => session.check(name, none as never)).code).toBe("malformed");
    }
  }
});

test("what is no permission is denied", async () => {
  const session = (await loaded()).session(subject);
  const view = viewOf(session.snapshot(), () => now);
  for (const none of [undefined, null, 0, "", Number.NaN, {}, [permission]]) {
    expect([session.can(none as never), session.can(none as never, {}), view.can(none as never)]).toEqual([false, false, false]);
  }
});

test("what every object inherits changes no decision", async () => {
  const nobody = { id: "nobody" };
  const decisions = async () => {
    const policy = await loaded();
    const sessions = [subject, nobody, { type: "user", id: "jo", properties: { roles: ["agent"] } }].map((one) => policy.session(one as never));
    return sessions.map((session) => {
      const names = [...policy.permissions, "no:such"];
      const rows = [{}, { owner: "ann" }, { assignees: ["jo"] }, { assignees: subject.id }];
      const view = viewOf(session.snapshot(), () => now);
      return names.map((name) => [
        session.can(name),
        ...rows.map((row) => session.can(name, row)),
        ...rows.map((row) => view.can(name, row)),
        session.answer(name),
        session.answer(name, rows[0], {}),
        JSON.stringify(session.checkMany([{ permission: name }])),
        JSON.stringify(session.filter(name).toPrisma()),
        JSON.stringify(session.filter(name).toMongo({ assignees: { field: "who" } })),
      ]);
    });
  };
  const before = await decisions();
  const values: Record<string, unknown> = {
    roles: ["agent", "supervisor", "administrator"],
    team_roles: { emea: ["supervisor"] },
    groups: ["everybody"],
    properties: { roles: ["supervisor"] },
    resource: { id: "1", owner: "nobody", assignees: "nobody" },
    validUntil: now + 1,
    "no:such": 0,
    undefined: 0,
    id: "nobody",
    in: ["nobody"],
    not_in: ["somebody"],
    is: "absent",
    field: "other",
    relation: "other",
    list: true,
    required: true,
    floor: 2 ** 40,
    digest: "0".repeat(64),
    wholeBundle: true,
    verify: () => false,
    tenants: ["other"],
    use: "whole-only",
    action: { token: "user" },
    context: { token: "user" },
  };
  for (const attribute of ["owner", "assignees", "creator", "user", "teams", "team"]) values[attribute] ??= ["nobody", subject.id];
  for (const [name, value] of Object.entries(values)) expect([name, await polluted(name, value, decisions)]).toEqual([name, before]);
  const forged = bytes.slice();
  forged[forged.length - 1] = (forged[forged.length - 1] as number) ^ 1;
  const believed = () => Portcullis.load(forged, { trust, now }).then(() => "believed", (error: PortcullisError) => error.code);
  expect(await polluted("verify", () => true, believed)).toBe("bundle-rejected");
});

test("loading says what to give", async () => {
  const words = async (...given: unknown[]) => {
    const error = await (Portcullis.load as (...given: unknown[]) => Promise<unknown>)(...given).then(() => undefined, (cause) => cause);
    expect(error).toBeInstanceOf(PortcullisError);
    return (error as Error).message;
  };
  const missing = "invalid-trust: give `trust`, the content of `trust.json`";
  expect([await words(), await words(bytes), await words(bytes, null), await words(bytes, {}), await words(bytes, { trust: {} })]).toEqual(Array(5).fill(missing));
  for (const floor of [{ sequence: 0, digest: "" }, { sequence: 0, digest: null }, { digest: "0".repeat(64) }, {}, "", "7", null, Number.NaN]) {
    expect(await words(bytes, { trust: { ...trust, floor }, now })).toMatch(/^invalid-trust: .*floor/);
  }
});

test("a snapshot of another version, or one without an end, is refused", async () => {
  const good = JSON.parse(JSON.stringify((await loaded()).session(subject).snapshot())) as Snapshot;
  expect(viewOf(good, () => now).can(permission)).toBe(true);
  const { modules, permissions, ...rest } = good;
  const others = [
    ...[2, "1", undefined, null].map((version) => ({ ...good, version })),
    ...[Number.POSITIVE_INFINITY, -1, Number.NaN, null, undefined, "9", 1e11].map((valid_until) => ({ ...good, valid_until })),
    { ...rest, permissions },
    { ...rest, modules },
    { ...good, permissions: { [permission]: 7 } },
    {},
    null,
    undefined,
    7,
  ];
  for (const other of others) expect([other, thrown(() => viewOf(other as never, () => now)).code]).toEqual([other, "malformed"]);
});

test("every question after `free` says so, and nothing is shown", async () => {
  const policy = await loaded();
  const [session, left] = [policy.session(subject), policy.session(subject)];
  const filter = session.filter(permission);
  const mine = { assignees: subject.id };
  expect(filter.test(mine)).toBe(true);
  session.free();
  const asks: (() => unknown)[] = [
    () => session.check(permission),
    () => session.answer(permission),
    () => session.checkMany([]),
    () => session.checkMany([{ permission }]),
    () => session.filter(permission),
    () => session.explain(permission),
    () => session.snapshot(),
  ];
  expect(asks.map((ask) => thrown(ask).code)).toEqual(asks.map(() => "freed"));
  expect([session.can(permission), session.can(permission, mine), session.locked(permission), session.modules(), filter.test(mine)]).toEqual([false, false, false, [], false]);
  policy.free();
  // Its session was not, and the policy is what explains.
  expect([thrown(() => left.explain(permission)).code, left.locked(permission)]).toEqual(["freed", false]);
  expect(thrown(() => policy.session(subject)).code).toBe("freed");
  left.free();
});

test("a member of a class counts, as of a row that an object mapper made", async () => {
  class Row {
    get assignees(): string {
      return subject.id;
    }
  }
  const session = (await loaded()).session(subject);
  const row = new Row();
  expect([session.can(permission, row), session.check(permission, row).effect, session.filter(permission).test(row)]).toEqual([true, "allow", true]);
});

async function polluted<T>(name: string, value: unknown, work: () => Promise<T>): Promise<T> {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false, writable: true });
  try {
    return await work();
  } finally {
    delete (Object.prototype as Record<string, unknown>)[name];
  }
}

function thrown(ask: () => unknown): PortcullisError {
  try {
    ask();
  } catch (error) {
    if (error instanceof PortcullisError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
