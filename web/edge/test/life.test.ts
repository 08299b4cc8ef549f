import { start } from "@portcullis/edge";
import { beforeAll, expect, test, vi } from "vitest";

import { decoded } from "./conformance";
import { access, cases, bundles, changes, down, expires_at, good, live, memory, never, now, pass, permission, served, server, settled, status, subject, turnsTheClock } from "./pages";

// A page's life: its requests, its waits and its end.
const instances: WebAssembly.Instance[] = [];
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct: (target, given) => {
    const instance = Reflect.construct(target, given);
    instances.push(instance);
    return instance;
  },
});

// Compiling takes time that no clock of the test counts.
beforeAll(() => start());
turnsTheClock();

test("a request that hangs is aborted, and the page hears of it", async () => {
  server.reply = never;
  const own = access({ timeoutSeconds: 10 });
  const done = own.refresh();
  await pass(9);
  expect([own.status, server.asks[0]?.signal.aborted]).toEqual(["pending", false]);
  await pass(1);
  await done;
  expect([own.status, own.error?.message, server.asks[0]?.signal.aborted]).toEqual([
    "offline",
    "offline: there was no answer within 10 s",
    true,
  ]);
});

test("a body that hangs is given up like an answer that does", async () => {
  server.reply = () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
  const own = access();
  const done = own.refresh();
  await pass(10);
  await done;
  expect([own.status, own.error?.code]).toEqual(["offline", "offline"]);
});

test("a refresh does not wait for one that hangs, and both callers get the newer answer", async () => {
  server.reply = never;
  const own = access();
  const first = own.refresh();
  await pass(3);
  server.reply = () => new Response(good);
  const second = own.refresh();
  await settled();
  await Promise.all([first, second]);
  expect([own.status, own.error, server.asks.length, server.asks[0]?.signal.aborted]).toEqual(["ready", undefined, 2, true]);
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
  server.reply = down;
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
  server.reply = (signal) => (server.asks.length > 1 ? down(signal, undefined) : new Response(whole, { headers: { etag: '"1"' } }));
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
  server.reply = () => new Response(null, { status: 304 });
  await pass((expires_at - now) * 0.8 + 1);
  expect(server.asks.map(({ etag }) => etag)).toEqual([undefined, '"1"']);
});

test("it refreshes as often as it should, and no longer than somebody listens", async () => {
  const own = access({ refreshSeconds: 60 });
  const end = own.subscribe(() => undefined);
  await own.refresh();
  await pass(61);
  await pass(61);
  expect(server.asks).toHaveLength(3);
  end();
  await pass(600);
  expect(server.asks).toHaveLength(3);
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
    expect(server.asks).toHaveLength(2);
    await pass(3);
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(server.asks).toHaveLength(2);
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(server.asks).toHaveLength(3);
    target.dispatchEvent(new Event("online"));
    await settled();
    expect(server.asks).toHaveLength(4);
    end();
    await pass(3);
    target.dispatchEvent(new Event("focus"));
    await settled();
    expect(server.asks).toHaveLength(4);
  } finally {
    vi.unstubAllGlobals();
  }
});

test("after failures it waits longer each time, and not as long as all others", async () => {
  server.reply = down;
  const own = access({ refreshSeconds: 3600 });
  live(own);
  await own.refresh();
  const times = [0];
  for (let second = 1; second <= 70; second++) {
    const before = server.asks.length;
    await pass(1);
    if (server.asks.length > before) times.push(second);
  }
  expect(times).toEqual([0, 2, 6, 14, 30, 62]);
  vi.mocked(Math.random).mockReturnValue(0);
  // Half as long for the luckiest.
  await pass(64);
  const before = server.asks.length;
  await pass(65);
  expect(server.asks.length).toBe(before + 1);
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
  server.reply = status(code);
  await own.refresh();
  expect([own.status, own.error?.code, own.view, storage.kept.size]).toEqual([expected, expected, undefined, 0]);
  expect(states.at(-1)).toBe(expected);
  // Only the reader can change that.
  const before = server.asks.length;
  await pass(600);
  expect(server.asks.length).toBe(before);
  // The same person, signed in again: from the start, without what was known.
  server.reply = () => new Response(good);
  await own.refresh();
  expect([own.status, own.error, server.asks.at(-1)?.etag]).toEqual(["ready", undefined, undefined]);
});

test("a bundle that is not there is named by its address", async () => {
  server.reply = status(404);
  const own = access();
  await own.refresh();
  expect([own.status, own.error?.message]).toEqual(["failed", "not-found: https://app.example/access.pclb answered 404"]);
});

test.each([-1, -299, -300])("a clock that is %i s wrong locks nobody out", async (wrong) => {
  server.reply = () => new Response(good);
  const own = access({ now: () => now + wrong });
  await own.refresh();
  expect([own.status, own.error]).toEqual(["ready", undefined]);
});

test.each([
  [-301, "not-yet-valid", "301 s behind"],
  [-3600, "not-yet-valid", "3600 s behind"],
  [expires_at - now + 60, "expired", "660 s ahead of"],
])("a clock that is wrong by %i s is named as the reason", async (wrong, rejection, words) => {
  const date = new Date((now + (wrong > 0 ? expires_at - now - 600 : 0)) * 1000).toUTCString();
  server.reply = () => new Response(good, { headers: { date } });
  const own = access({ now: () => now + wrong });
  await own.refresh();
  expect([own.status, own.error?.rejection]).toEqual(["failed", rejection]);
  expect(own.error?.message).toBe(`bundle-rejected(${rejection}): this device's clock is ${words} the server's; set it`);
});

test("a page that answers in place of the bundle is shown", async () => {
  server.reply = () => new Response("<!doctype html><title>Sign in</title>");
  const own = access();
  await own.refresh();
  expect(own.error?.message).toContain('answered something else: "<!doctype html><title>Si"');
});

test("a role that was given counts without a reload, where the server says who somebody is", async () => {
  const [before, after] = changes.instant.map(decoded);
  let roles: string[] = [];
  const own = access({ subject: () => ({ id: "sam", roles, teams: ["emea"] }), wholeBundle: true });
  server.reply = () => new Response(before);
  await own.refresh();
  expect([own.status, own.view?.modules()]).toEqual(["ready", []]);
  roles = ["supervisor"];
  server.reply = () => new Response(after);
  await own.refresh();
  expect(own.view?.can("reports:read")).toBe(true);
});

test("a reload without a network shows what was kept", async () => {
  const storage = memory();
  await access({ storage }).refresh();
  server.reply = down;
  const own = access({ storage });
  await own.refresh();
  expect([own.status, own.error?.code, own.view?.can(permission)]).toEqual(["ready", "offline", true]);
  // With one it server.asks by the etag of what was kept.
  server.reply = () => new Response(null, { status: 304 });
  const online = access({ storage });
  await online.refresh();
  expect([online.status, online.error, server.asks.at(-1)?.etag]).toEqual(["ready", undefined, '"1"']);
});

test("what was kept is not believed: another's, a forged or an expired one is as none", async () => {
  const storage = memory();
  await access({ storage }).refresh();
  server.reply = down;
  const another = access({ storage, subject: { id: "ann" } });
  await another.refresh();
  expect([another.status, storage.kept.size]).toEqual(["offline", 0]);

  server.reply = () => new Response(good);
  await access({ storage }).refresh();
  const [[key, text]] = [...storage.kept] as [[string, string]];
  const entry = JSON.parse(text);
  server.reply = down;
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
  server.reply = () => new Response(whole);
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
  server.reply = never;
  void own.identify({ id: "nobody-of-the-slice" });
  expect([own.status, states.at(-1)]).toEqual(["pending", "pending"]);
  await settled();
  // No etag: an unchanged answer would be the former's.
  expect(server.asks.at(-1)?.etag).toBeUndefined();
});

test("an answer that comes after another person was identified is thrown away", async () => {
  let answer: (response: Response) => void = () => undefined;
  server.reply = () => new Promise((done) => (answer = done));
  const own = access();
  const former = own.refresh();
  await settled();
  server.reply = status(403);
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

test("a page that has expired is not content with a bundle that has not changed: it says why, and tries again", async () => {
  const own = access();
  live(own);
  await own.refresh();
  // The server knows the etag of the slice that it still has.
  for (let left = expires_at - now; left >= 0; left -= 5) await pass(5);
  expect([own.status, own.view, server.asks.at(-1)?.etag]).toEqual(["expired", undefined, undefined]);
  expect(own.error?.rejection).toBe("expired");
  const before = server.asks.length;
  await pass(3);
  expect(server.asks.length).toBe(before + 1);
});

test("whoever joins a refresh that turns out to hang waits for it no longer than for a slow one", async () => {
  server.reply = never;
  const own = access();
  const first = own.refresh();
  await pass(1);
  const second = own.refresh();
  server.reply = served();
  await pass(1);
  await Promise.all([first, second]);
  expect([own.status, server.asks.length]).toEqual(["ready", 2]);
  await pass(1);
  expect([server.asks.length, vi.getTimerCount()]).toEqual([2, 0]);
});

test("where only the server is down, a reload shows what was kept of whoever it last named", async () => {
  const storage = memory();
  let named: () => Promise<{ id: string } | null> = async () => subject;
  const page = () => access({ storage, subject: () => named() });
  await page().refresh();
  server.reply = down;
  named = () => Promise.reject(new TypeError("Failed to fetch"));
  const own = page();
  await own.refresh();
  expect([own.status, own.error?.code, own.view?.can(permission)]).toEqual(["ready", "offline", true]);
  for (const other of [{ id: "ann" }, null]) {
    named = async () => other;
    const another = page();
    await another.refresh();
    expect([another.status, another.view]).toEqual(["offline", undefined]);
  }
});

test("a role that was taken away is gone at once, and the page is not empty until the server has answered", async () => {
  const [, whole] = changes.instant.map(decoded) as [Uint8Array, Uint8Array<ArrayBuffer>];
  const sam = { id: "sam", roles: ["supervisor"], teams: ["emea"] };
  const own = access({ subject: sam, wholeBundle: true });
  server.reply = () => new Response(whole);
  await own.refresh();
  expect(own.view?.can("reports:read")).toBe(true);
  server.reply = never;
  void own.identify({ ...sam, roles: [] });
  expect([own.status, own.view?.can("reports:read"), own.subject?.roles]).toEqual(["ready", false, []]);
});
