import { createPublicKey, verify } from "node:crypto";

import { start, type Verify } from "@portcullis/edge";
import { Access, type AccessOptions } from "@portcullis/edge/access";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { decoded } from "./conformance";
import { fixtures } from "./fixtures";

// A page's life on a clock that the test turns: every wait is the access's own.
const instances: WebAssembly.Instance[] = [];
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct: (target, given) => {
    const instance = Reflect.construct(target, given);
    instances.push(instance);
    return instance;
  },
});

const { bundles, cases, changes, trust, now, expires_at } = fixtures();
const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");
const subject = asked?.subject as { id: string };
const permission = asked?.permission as string;
const good = decoded(bundles[asked?.bundle as number] as string);

type Reply = (signal: AbortSignal) => Response | Promise<Response>;
let reply: Reply;
let asks: { readonly url: string; readonly etag: string | undefined; readonly signal: AbortSignal }[];
let stop: (() => void)[];

// Compiling takes time that no clock of the test counts.
beforeAll(() => start());

beforeEach(() => {
  vi.useFakeTimers({ now: now * 1000, toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  reply = () => new Response(good, { headers: { etag: '"1"' } });
  asks = [];
  stop = [];
});

afterEach(() => {
  for (const end of stop) end();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function access(more: Partial<AccessOptions> = {}): Access {
  return new Access({
    url: "https://app.example/access.pclb",
    trust,
    subject,
    verify: verifyAtOnce,
    fetch: async (url, init) => {
      const signal = init.signal as AbortSignal;
      asks.push({ url: String(url), etag: (init.headers as Record<string, string>)["if-none-match"], signal });
      return reply(signal);
    },
    ...more,
  });
}

/** Listens, as a page does, and counts the changes. */
function live(own: Access): { heard: number; states: string[] } {
  const heard = { heard: 0, states: [] as string[] };
  stop.push(
    own.subscribe(() => {
      heard.heard++;
      heard.states.push(own.status);
    }),
  );
  return heard;
}

/** As the platform verifies, but at once: how long a thread of its takes, no clock of the test counts. */
const verifyAtOnce: Verify = (key, signed, signature) => {
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
  return verify(null, signed, createPublicKey({ key: jwk, format: "jwk" }), signature);
};

/** Lets so many seconds pass, and what they set off come to its end. */
async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await settled();
}

const settled = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
};

function memory() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

const never: Reply = () => new Promise(() => undefined);
const status = (code: number): Reply => () => new Response("", { status: code });
const down: Reply = () => {
  throw new TypeError("Failed to fetch");
};

test("a request that hangs is aborted, and the page hears of it", async () => {
  reply = never;
  const own = access({ timeoutSeconds: 10 });
  const done = own.refresh();
  await pass(9);
  expect([own.status, asks[0]?.signal.aborted]).toEqual(["pending", false]);
  await pass(1);
  await done;
  expect([own.status, own.error?.message, asks[0]?.signal.aborted]).toEqual([
    "offline",
    "offline: there was no answer within 10 s",
    true,
  ]);
});

test("a body that hangs is given up like an answer that does", async () => {
  reply = () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
  const own = access();
  const done = own.refresh();
  await pass(10);
  await done;
  expect([own.status, own.error?.code]).toEqual(["offline", "offline"]);
});

test("a refresh does not wait for one that hangs, and both callers get the newer answer", async () => {
  reply = never;
  const own = access();
  const first = own.refresh();
  await pass(3);
  reply = () => new Response(good);
  const second = own.refresh();
  await settled();
  await Promise.all([first, second]);
  expect([own.status, own.error, asks.length, asks[0]?.signal.aborted]).toEqual(["ready", undefined, 2, true]);
});

test("an engine that does not load is no reason to wait for ever", async () => {
  const own = access({ start: () => new Promise(() => undefined) });
  const done = own.refresh();
  await pass(10);
  await done;
  expect([own.status, own.error?.code]).toEqual(["offline", "offline"]);
});

test("at its end the page denies and says so, though the network is down; then it recovers", async () => {
  const own = access();
  const { states } = live(own);
  await own.refresh();
  expect(own.view?.can(permission)).toBe(true);
  reply = down;
  await pass(expires_at - now - 1);
  expect([own.status, own.error?.code]).toEqual(["ready", "offline"]);
  await pass(1);
  expect([own.status, own.view]).toEqual(["expired", undefined]);
  expect(states.at(-1)).toBe("expired");
  // Why there is no newer one is said beside it.
  expect(own.error?.code).toBe("offline");
});

test("where a role or a feature ends, the rest of the bundle goes on, though nothing newer is to be had", async () => {
  const ending = cases.find((one) => one.name === "until.json: what a group gives lasts");
  const whole = decoded(bundles[ending?.bundle as number] as string);
  reply = (signal) => (asks.length > 1 ? down(signal) : new Response(whole, { headers: { etag: '"1"' } }));
  const own = access({ wholeBundle: true, subject: { id: "kim" } });
  const { states } = live(own);
  await own.refresh();
  const first = own.view;
  const may = (view = own.view) => [view?.can("desk:read"), view?.can("new:read")];
  expect([may(), first?.validUntil]).toEqual([[true, true], now + 1]);
  await pass(1);
  expect([own.status, may()]).toEqual(["ready", [true, false]]);
  expect(may(first)).toEqual([false, false]);
  expect(states).not.toContain("expired");
  expect(own.view?.validUntil).toBe(expires_at);
  await pass(expires_at - now);
  expect([own.status, own.view]).toEqual(["expired", undefined]);
});

test("a snapshot that has run out shows nothing", () => {
  const own = access({ snapshot: { version: 1, valid_until: now, modules: [], permissions: { [permission]: true } } });
  expect([own.status, own.view]).toEqual(["expired", undefined]);
});

test("it refreshes before the bundle expires, though nobody said how often", async () => {
  const own = access();
  live(own);
  await own.refresh();
  reply = () => new Response(null, { status: 304 });
  await pass((expires_at - now) * 0.8 + 1);
  expect(asks.map(({ etag }) => etag)).toEqual([undefined, '"1"']);
});

test("it refreshes as often as it should, and no longer than somebody listens", async () => {
  const own = access({ refreshSeconds: 60 });
  const end = own.subscribe(() => undefined);
  await own.refresh();
  await pass(61);
  await pass(61);
  expect(asks).toHaveLength(3);
  end();
  await pass(600);
  expect(asks).toHaveLength(3);
  expect(vi.getTimerCount()).toBe(0);
});

test("it refreshes when the reader comes back and when the network does", async () => {
  const own = access();
  const target = new EventTarget();
  vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
  vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", page);
  try {
    const end = own.subscribe(() => undefined);
    await own.refresh();
    await pass(3);
    target.dispatchEvent(new Event("focus"));
    // A reader who comes back raises several events.
    page.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(asks).toHaveLength(2);
    await pass(3);
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(asks).toHaveLength(2);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(asks).toHaveLength(3);
    target.dispatchEvent(new Event("online"));
    await settled();
    expect(asks).toHaveLength(4);
    end();
    await pass(3);
    target.dispatchEvent(new Event("focus"));
    await settled();
    expect(asks).toHaveLength(4);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("after failures it waits longer each time, and not as long as all others", async () => {
  reply = down;
  const own = access({ refreshSeconds: 3600 });
  live(own);
  await own.refresh();
  const times = [0];
  for (let second = 1; second <= 70; second++) {
    const before = asks.length;
    await pass(1);
    if (asks.length > before) times.push(second);
  }
  expect(times).toEqual([0, 2, 6, 14, 30, 62]);
  vi.mocked(Math.random).mockReturnValue(0);
  // Half as long for the luckiest.
  await pass(64);
  const before = asks.length;
  await pass(65);
  expect(asks.length).toBe(before + 1);
});

test.each([
  [401, "unauthenticated"],
  [403, "forbidden"],
] as const)("%i is %s: not offline, and nothing is shown or kept", async (code, expected) => {
  const storage = memory();
  const own = access({ storage });
  const { states } = live(own);
  await own.refresh();
  expect([own.status, storage.kept.size]).toEqual(["ready", 1]);
  reply = status(code);
  await own.refresh();
  expect([own.status, own.error?.code, own.view, storage.kept.size]).toEqual([expected, expected, undefined, 0]);
  expect(states.at(-1)).toBe(expected);
  // Only the reader can change that.
  const before = asks.length;
  await pass(600);
  expect(asks.length).toBe(before);
  // The same person, signed in again: from the start, without what was known.
  reply = () => new Response(good);
  await own.refresh();
  expect([own.status, own.error, asks.at(-1)?.etag]).toEqual(["ready", undefined, undefined]);
});

test("a bundle that is not there is named by its address", async () => {
  reply = status(404);
  const own = access();
  await own.refresh();
  expect([own.status, own.error?.message]).toEqual(["failed", "not-found: https://app.example/access.pclb answered 404"]);
});

test.each([
  [-3600, "not-yet-valid", "3600 s behind"],
  [expires_at - now + 60, "expired", "660 s ahead of"],
])("a clock that is wrong by %i s is named as the reason", async (wrong, rejection, words) => {
  const date = new Date((now + (wrong > 0 ? expires_at - now - 600 : 0)) * 1000).toUTCString();
  reply = () => new Response(good, { headers: { date } });
  const own = access({ now: () => now + wrong });
  await own.refresh();
  expect([own.status, own.error?.rejection]).toEqual(["failed", rejection]);
  expect(own.error?.message).toBe(`bundle-rejected(${rejection}): this device's clock is ${words} the server's; set it`);
});

test("a page that answers in place of the bundle is shown", async () => {
  reply = () => new Response("<!doctype html><title>Sign in</title>");
  const own = access();
  await own.refresh();
  expect(own.error?.message).toContain('answered something else: "<!doctype html><title>Si"');
});

test("a role that was given counts without a reload, where the server says who somebody is", async () => {
  const [before, after] = changes.instant.map(decoded);
  let roles: string[] = [];
  const own = access({ subject: () => ({ id: "sam", roles, teams: ["emea"] }), wholeBundle: true });
  reply = () => new Response(before);
  await own.refresh();
  expect([own.status, own.view?.modules()]).toEqual(["ready", []]);
  roles = ["supervisor"];
  reply = () => new Response(after);
  await own.refresh();
  expect(own.view?.can("reports:read")).toBe(true);
});

test("a reload without a network shows what was kept", async () => {
  const storage = memory();
  await access({ storage }).refresh();
  reply = down;
  const own = access({ storage });
  await own.refresh();
  expect([own.status, own.error?.code, own.view?.can(permission)]).toEqual(["ready", "offline", true]);
  // With one it asks by the etag of what was kept.
  reply = () => new Response(null, { status: 304 });
  const online = access({ storage });
  await online.refresh();
  expect([online.status, online.error, asks.at(-1)?.etag]).toEqual(["ready", undefined, '"1"']);
});

test("what was kept is not believed: another's, a forged or an expired one is as none", async () => {
  const storage = memory();
  await access({ storage }).refresh();
  reply = down;
  const another = access({ storage, subject: { id: "ann" } });
  await another.refresh();
  expect([another.status, storage.kept.size]).toEqual(["offline", 0]);

  reply = () => new Response(good);
  await access({ storage }).refresh();
  const [[key, text]] = [...storage.kept] as [[string, string]];
  const entry = JSON.parse(text);
  reply = down;
  for (const forged of [{ ...entry, bundle: btoa("PCLB forged") }, { ...entry, bundle: 1 }, 7, null]) {
    storage.kept.set(key, JSON.stringify(forged));
    const own = access({ storage });
    await own.refresh();
    expect([own.status, own.view]).toEqual(["offline", undefined]);
  }
  storage.kept.set(key, text);
  vi.setSystemTime(expires_at * 1000);
  const late = access({ storage });
  await late.refresh();
  expect([late.status, storage.kept.size]).toEqual(["offline", 0]);
});

test("storage that is full or forbidden is as none", async () => {
  const broken = () => {
    throw new DOMException("QuotaExceededError");
  };
  const own = access({ storage: { getItem: broken, setItem: broken, removeItem: broken } });
  await own.refresh();
  expect([own.status, own.error]).toEqual(["ready", undefined]);
});

test("a whole bundle is never kept", async () => {
  const storage = memory();
  const [whole] = changes.instant.map(decoded);
  reply = () => new Response(whole);
  const own = access({ storage, wholeBundle: true });
  await own.refresh();
  expect([own.status, storage.kept.size]).toEqual(["ready", 0]);
});

test("after a logout and a login nothing of the former person is left", async () => {
  const storage = memory();
  const own = access({ storage });
  const { states } = live(own);
  await own.refresh();
  const former = own.view;
  own.signOut();
  expect([own.status, own.view, own.error, storage.kept.size]).toEqual(["unauthenticated", undefined, undefined, 0]);
  expect([former?.can(permission), former?.modules()]).toEqual([false, []]);
  reply = never;
  void own.identify({ id: "nobody-of-the-slice" });
  expect([own.status, states.at(-1)]).toEqual(["pending", "pending"]);
  await settled();
  // No etag: an unchanged answer would be the former's.
  expect(asks.at(-1)?.etag).toBeUndefined();
});

test("an answer that comes after another person was identified is thrown away", async () => {
  let answer: (response: Response) => void = () => undefined;
  reply = () => new Promise((done) => (answer = done));
  const own = access();
  const former = own.refresh();
  await settled();
  reply = status(403);
  await own.identify({ id: "ann" });
  answer(new Response(good));
  await former;
  await settled();
  expect([own.status, own.view]).toEqual(["forbidden", undefined]);
});

test("a thousand reloads take no more memory than ten", async () => {
  vi.useRealTimers();
  // The same bundle again: what is equal is loaded like what is newer.
  const own = access({ now: () => now });
  const sizes: number[] = [];
  for (let at = 0; at < 1010; at++) {
    await own.refresh();
    if (own.error) throw own.error;
    if (at >= 9) sizes.push(...instances.map(({ exports }) => (exports.memory as WebAssembly.Memory).buffer.byteLength));
  }
  expect([instances.length, new Set(sizes).size]).toEqual([1, 1]);
});
