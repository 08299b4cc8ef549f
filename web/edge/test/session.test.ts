import { isStarted, Portcullis, PortcullisError, type Session } from "@portcullis/edge";
import { beforeEach, expect, test } from "vitest";

import { fixtures } from "./fixtures";

const { bundles, cases, trust, now, expires_at } = fixtures();
const bytes = (at: number) => Uint8Array.from(atob(bundles[at] as string), (char) => char.charCodeAt(0));
// A conditional answer of an example's slice: its filter is the fast way's own.
const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");

let clock = now;
let session: Session;
beforeEach(() => {
  clock = now;
  session = Portcullis.load(bytes(asked?.bundle as number), { trust, now: () => clock }).session(asked?.subject as never);
});

test("in Node the engine is there at once", () => {
  expect(isStarted()).toBe(true);
});

test("from its expiry on a session denies, and says why where it can", () => {
  const permission = asked?.permission as string;
  expect(session.can(permission)).toBe(true);
  expect(session.modules().length).toBeGreaterThan(0);
  const filter = session.filter(permission);
  clock = expires_at - 1;
  expect(session.can(permission)).toBe(true);
  clock = expires_at;
  expect(session.validUntil).toBe(expires_at);
  expect(session.can(permission)).toBe(false);
  expect(session.can(permission, { owner: asked?.subject.id })).toBe(false);
  expect(filter.test({ assignees: asked?.subject.id })).toBe(false);
  expect(session.modules()).toEqual([]);
  for (const ask of [() => session.check(permission), () => session.explain(permission), () => session.filter(permission)]) {
    expect(code(ask)).toBe("bundle-expired");
  }
});

test("a session ends with its identity, if that is sooner", () => {
  const policy = Portcullis.load(bytes(asked?.bundle as number), { trust, now: () => clock });
  const short = policy.session(asked?.subject as never, { validUntil: now + 5 });
  expect(short.validUntil).toBe(now + 5);
  clock = now + 5;
  expect(short.can(asked?.permission as string)).toBe(false);
  expect(code(() => policy.session(asked?.subject as never, { validUntil: now + 5 }))).toBe("bundle-expired");
});

test("a time that is none is past every end", () => {
  clock = Number.NaN;
  expect(code(() => session.check("a:b"))).toBe("bundle-expired");
  expect(session.can(asked?.permission as string)).toBe(false);
});

test("a value that no attribute has is malformed, and denied where nothing is thrown", () => {
  const permission = asked?.permission as string;
  for (const owner of [{}, new Date(), 1.5, Number.NaN, [null], "\ud800", Symbol.iterator, 2n ** 64n]) {
    expect(code(() => session.check(permission, { id: "i", assignees: owner } as never))).toBe("malformed");
    expect(session.can(permission, { assignees: owner } as never)).toBe(false);
  }
  for (const owner of ["", "x".repeat(257), "a\u0000b", "a\u0085b"].slice(1)) {
    expect(code(() => session.check(permission, { assignees: owner }))).toBe("limit-exceeded");
    expect(session.can(permission, { assignees: owner })).toBe(false);
  }
});

test("an unknown permission is denied and named, never thrown", () => {
  expect(session.can("no:such")).toBe(false);
  expect(session.can("__proto__")).toBe(false);
  expect(session.check("no:such")).toEqual({ effect: "deny", reason: "unknown-permission" });
  expect(session.filter("no:such").kind).toBe("none");
  expect(session.explain("no:such").answer).toEqual({ effect: "deny", reason: "unknown-permission" });
});

test("too many questions at once are refused", () => {
  const many = Array.from({ length: 4097 }, () => ({ permission: asked?.permission as string }));
  expect(code(() => session.checkMany(many))).toBe("limit-exceeded");
  expect(session.checkMany(many.slice(1))).toHaveLength(4096);
  expect(session.checkMany([])).toEqual([]);
});

test("scalars, lists and every order of them are the same set", () => {
  const permission = asked?.permission as string;
  const id = asked?.subject.id as string;
  for (const assignees of [id, [id], ["z", id, "a", id], [id, ""]]) {
    expect(session.can(permission, { assignees })).toBe(true);
    expect(session.check(permission, { assignees }).effect).toBe("allow");
  }
  for (const assignees of [null, [], "", [""], "other", 7, true, 10n]) {
    const known = { owner: null, creator: null, user: null, assignees };
    expect(session.can(permission, known)).toBe(false);
    expect(session.check(permission, known).effect).not.toBe("allow");
  }
});

test("trust that could accept nothing is refused as such", () => {
  const load = (more: object) => () => Portcullis.load(bytes(0), { trust: { ...trust, ...more }, now, wholeBundle: true });
  expect(code(load({ threshold: 0 }))).toBe("invalid-trust");
  expect(code(load({ threshold: 3 }))).toBe("invalid-trust");
  expect(code(load({ threshold: 1.5 }))).toBe("invalid-trust");
  expect(code(load({ keys: [] }))).toBe("invalid-trust");
  expect(code(load({ keys: [{ key: "AAAA" }] }))).toBe("invalid-trust");
  expect(code(load({ keys: [{ key: "not base64!" }] }))).toBe("invalid-trust");
  expect(code(load({ keys: [{ key: "A".repeat(43) }] }))).toBe("invalid-trust");
});

function code(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    if (error instanceof PortcullisError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}
