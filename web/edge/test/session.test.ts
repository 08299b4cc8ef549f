import { isStarted, Portcullis, PortcullisError, type Session, type Verify, viewOf } from "@portcullis/edge";
import { beforeEach, expect, test, vi } from "vitest";

import { decoded } from "./conformance";
import { fixtures } from "./fixtures";

const { bundles, cases, trust, now, expires_at } = fixtures();
const bytes = (at: number) => decoded(bundles[at] as string);
// A conditional answer of an example's slice: its filter is the fast way's own.
const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");

let clock = now;
let session: Session;
beforeEach(async () => {
  clock = now;
  const policy = await Portcullis.load(bytes(asked?.bundle as number), { trust, now: () => clock });
  session = policy.session(asked?.subject as never);
});

test("loading a bundle makes the engine ready", () => {
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

test("a session ends with its identity, if that is sooner", async () => {
  const policy = await Portcullis.load(bytes(asked?.bundle as number), { trust, now: () => clock });
  const short = policy.session(asked?.subject as never, { validUntil: now + 5 });
  expect(short.validUntil).toBe(now + 5);
  clock = now + 5;
  expect(short.can(asked?.permission as string)).toBe(false);
  expect(code(() => policy.session(asked?.subject as never, { validUntil: now + 5 }))).toBe("bundle-expired");
});

test("a time that is not a number is past every end", () => {
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

test("a subject as AuthZEN writes it is the same subject, and a mixture is refused", async () => {
  const policy = await Portcullis.load(bytes(asked?.bundle as number), { trust, now });
  const { id, type = "user", ...properties } = asked?.subject as { id: string; type?: string };
  const permission = asked?.permission as string;
  const authzen = policy.session({ type, id, properties });
  expect(authzen.modules()).toEqual(session.modules());
  expect(authzen.answer(permission)).toBe(session.answer(permission));
  expect(code(() => policy.session({ id, type, roles: ["agent"], properties } as never))).toBe("malformed");
  expect(code(() => policy.session({ id, type, properties: "roles" } as never))).toBe("malformed");
});

test("an id may be a number: its decimal text", async () => {
  const policy = await Portcullis.load(bytes(asked?.bundle as number), { trust, now });
  const permission = asked?.permission as string;
  const of = (id: string | number | bigint) => policy.session({ id, roles: ["agent"] }).answer(permission);
  expect(of(42)).toBe(of("42"));
  expect(of(2n ** 64n)).toBe(of("18446744073709551616"));
  for (const id of [1.5, Number.NaN, 2 ** 60, null, true, {}]) expect(code(() => policy.session({ id } as never))).toBe("malformed");
  expect(session.answer(permission, { id: 7 })).toBe(session.answer(permission, { id: "7" }));
});

test("whatever is given, only errors of the package are thrown", async () => {
  const policy = await Portcullis.load(bytes(asked?.bundle as number), { trust, now });
  const permission = asked?.permission as string;
  const hostile = [null, 7, "text", { id: Symbol("s") }, Object.create({ get id() { throw new Error("no"); } })] as never[];
  for (const value of hostile) {
    expect(code(() => policy.session(value))).toMatch(/^(malformed|limit-exceeded)$/);
    expect([session.can(permission, value), session.filter(permission).test(value)]).toEqual([false, false]);
    expect(viewOf(session.snapshot(), () => now).can(permission, value)).toBe(false);
  }
  expect(code(() => session.check(7 as never))).toBe("malformed");
  expect(code(() => session.checkMany([null] as never))).toBe("malformed");
  expect(await failed(Portcullis.load(null as never, { trust, now }))).toBe("malformed");
  expect(await failed(Portcullis.load(bytes(0), { trust: null as never, now }))).toBe("invalid-trust");
  const broken: Verify = () => {
    throw new TypeError("no such curve");
  };
  expect(await failed(Portcullis.load(bytes(0), { trust, now, wholeBundle: true, verify: broken }))).toBe("unsupported");
});

test("what is freed denies, and says so where it can", async () => {
  const policy = await Portcullis.load(bytes(asked?.bundle as number), { trust, now });
  const own = policy.session(asked?.subject as never);
  const permission = asked?.permission as string;
  expect(own.can(permission)).toBe(true);
  own.free();
  policy.free();
  own.free();
  expect([own.can(permission), own.can(permission, { assignees: "jo" }), own.modules()]).toEqual([false, false, []]);
  for (const ask of [() => own.check(permission), () => own.explain(permission), () => policy.session({ id: "jo" })]) {
    expect(code(ask)).toBe("freed");
  }
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

test("trust that could accept nothing is refused as such", async () => {
  const load = (more: object) =>
    failed(Portcullis.load(bytes(0), { trust: { ...trust, ...more }, now, wholeBundle: true }));
  expect(await load({ threshold: 0 })).toBe("invalid-trust");
  expect(await load({ threshold: 3 })).toBe("invalid-trust");
  expect(await load({ threshold: 1.5 })).toBe("invalid-trust");
  expect(await load({ keys: [] })).toBe("invalid-trust");
  expect(await load({ keys: [{ key: "AAAA" }] })).toBe("invalid-trust");
  expect(await load({ keys: [{ key: "not base64!" }] })).toBe("invalid-trust");
  expect(await load({ keys: [{ key: "A".repeat(43) }] })).toBe("invalid-trust");
});

test("a bundle is opened by what verifies its signatures, and by nothing else", async () => {
  const load = (verify: Verify) => Portcullis.load(bytes(0), { trust, now, wholeBundle: true, verify });
  const seen: number[][] = [];
  const own: Verify = async (key, signed, signature) => {
    seen.push([key.length, signed.length, signature.length]);
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return crypto.subtle.verify("Ed25519", imported, signature, signed);
  };
  expect((await load(own)).header.audience).toBe(trust.audience);
  expect(seen).toEqual([[32, expect.any(Number), 64]]);
  expect(await failed(load(() => false))).toBe("bundle-rejected");
  // Only `true` is a yes.
  expect(await failed(load((() => "yes") as never))).toBe("bundle-rejected");
  expect(await failed(load(() => Promise.reject(new PortcullisError("unsupported", ""))))).toBe("unsupported");
});

test("where the platform cannot verify, that is what the error says", async () => {
  vi.stubGlobal("crypto", {});
  try {
    expect(await failed(Portcullis.load(bytes(0), { trust, now, wholeBundle: true }))).toBe("unsupported");
  } finally {
    vi.unstubAllGlobals();
  }
});

test("what is opened is what was verified, though the caller's bytes change meanwhile", async () => {
  const mine = bytes(0);
  const loading = Portcullis.load(mine, { trust, now, wholeBundle: true });
  mine.fill(0);
  expect((await loading).header.audience).toBe(trust.audience);
});

async function failed(loading: Promise<unknown>): Promise<string> {
  try {
    await loading;
  } catch (error) {
    if (error instanceof PortcullisError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}

function code(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    if (error instanceof PortcullisError) return error.code;
    throw error;
  }
  return "nothing was thrown";
}
