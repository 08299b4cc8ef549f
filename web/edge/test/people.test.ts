import { start } from "@portcullis/edge";
import { beforeAll, expect, test, vi } from "vitest";

import { decoded } from "./conformance";
import { access, browser, changes, good, live, memory, never, now, pass, permission, served, server, settled, status, subject, turnsTheClock } from "./pages";

// Who is signed in, in several tabs of one browser.
beforeAll(() => start());
turnsTheClock();

test.each([401, 403])("a %i is asked for once by each tab, and no tab makes another ask again", async (code) => {
  browser();
  const tabs = [1, 2, 3].map(() => access({ subject: () => subject, storage: false }));
  for (const tab of tabs) live(tab);
  await tabs[0]?.refresh();
  await settled();
  expect(tabs.map((tab) => tab.view?.can(permission))).toEqual([true, true, true]);
  server.reply = status(code);
  server.asks = [];
  void tabs[0]?.refresh();
  for (let second = 0; second < 15; second++) await pass(1);
  expect(tabs.map((tab) => tab.view)).toEqual([undefined, undefined, undefined]);
  expect(server.asks.length).toBeLessThanOrEqual(tabs.length);
});

test("after a logout each other tab asks once who is there", async () => {
  browser();
  const tabs = [1, 2, 3].map(() => access({ subject: () => subject, storage: false }));
  for (const tab of tabs) live(tab);
  await tabs[0]?.refresh();
  await settled();
  server.reply = status(401);
  server.asks = [];
  tabs[0]?.signOut();
  for (let second = 0; second < 15; second++) await pass(1);
  expect(tabs.map((tab) => tab.status)).toEqual(["unauthenticated", "unauthenticated", "unauthenticated"]);
  expect(server.asks.length).toBeLessThanOrEqual(tabs.length - 1);
});

test("who has signed out is nobody: nothing is kept, asked for or waited for, until somebody is named", async () => {
  const { said } = browser();
  const storage = memory();
  const own = access({ storage });
  const { states } = live(own);
  await own.refresh();
  server.reply = never;
  const running = own.refresh();
  await settled();
  own.signOut();
  await running;
  expect([own.status, own.view, own.subject, storage.kept.size]).toEqual(["unauthenticated", undefined, undefined, 0]);
  expect([server.asks.at(-1)?.signal.aborted, states.at(-1), said.at(-1)]).toEqual([true, "unauthenticated", { kind: "ended", who: '["user","' + subject.id + '"]', status: "unauthenticated", left: true }]);
  const before = server.asks.length;
  server.reply = served();
  await own.refresh();
  await pass(600);
  own.signOut();
  expect([own.status, server.asks.length, said.length]).toEqual(["unauthenticated", before, 2]);
  await own.identify(subject);
  expect([own.status, own.view?.can(permission), server.asks.length]).toEqual(["ready", true, before + 1]);
});

test("who has signed out in one tab has in the others, also where the first listens to nobody", async () => {
  browser();
  const [silent, other] = [access({ storage: false }), access({ storage: false })];
  live(other);
  await silent.refresh();
  await other.refresh();
  silent.signOut();
  await settled();
  expect([other.status, other.view]).toEqual(["unauthenticated", undefined]);
  const before = server.asks.length;
  await other.refresh();
  expect([other.status, server.asks.length]).toEqual(["unauthenticated", before]);
});

test("an answer that was asked for by a former person is not kept, shown or passed on, though it cannot be stopped", async () => {
  const { said } = browser();
  const storage = memory();
  let answer: (response: Response) => void = () => undefined;
  server.reply = () => new Promise((done) => (answer = done));
  const own = access({ storage });
  live(own);
  void own.refresh();
  await settled();
  server.reply = never;
  void own.identify({ id: "ann" });
  answer(new Response(good, { headers: { etag: '"1"' } }));
  await settled();
  expect([own.status, own.view, storage.kept.size]).toEqual(["pending", undefined, 0]);
  expect(said.map((one) => (one as { kind: string }).kind)).toEqual(["ended"]);
});

test("what another tab was answered for a former person is not shown to the next", async () => {
  const { tell } = browser();
  const storage = memory();
  const verifying: ((holds: boolean) => void)[] = [];
  const own = access({ storage, verify: () => new Promise((done) => void verifying.push(done)) });
  live(own);
  tell({ kind: "answered", who: `["user","${subject.id}"]`, etag: undefined, answer: { bytes: good, etag: '"1"' } });
  await settled();
  expect(verifying).toHaveLength(1);
  server.reply = never;
  void own.identify({ id: "ann" });
  verifying[0]?.(true);
  await settled();
  expect([own.status, own.view, storage.kept.size]).toEqual(["pending", undefined, 0]);
});

test("of two answers at once the newer stays, whichever is verified first", async () => {
  const { tell } = browser();
  const [before, after] = changes.instant.map(decoded) as [Uint8Array, Uint8Array];
  const sam = { id: "sam", roles: ["supervisor"], teams: ["emea"] };
  const verifying: ((holds: boolean) => void)[] = [];
  const own = access({ subject: sam, wholeBundle: true, verify: () => new Promise((done) => void verifying.push(done)) });
  live(own);
  for (const bytes of [before, after]) tell({ kind: "answered", who: '["user","sam"]', etag: undefined, answer: { bytes, etag: undefined } });
  await settled();
  const [older, newer] = verifying.splice(0);
  newer?.(true);
  await settled();
  expect(own.view?.can("reports:read")).toBe(true);
  older?.(true);
  await settled();
  for (const verified of verifying) verified(true);
  await settled();
  expect(own.view?.can("reports:read")).toBe(true);
});

test("where the server names somebody else, what it answered for the former is asked for again", async () => {
  const storage = memory();
  let who: { id: string } | null = subject;
  const own = access({ storage, subject: async () => who });
  const { states } = live(own);
  await own.refresh();
  who = { id: "ann" };
  // Neither the former's etag nor the former's answer.
  server.reply = () => new Response(good, { headers: { etag: `"${server.asks.length}"` } });
  await own.refresh();
  await settled();
  expect(server.asks.map(({ etag }) => etag)).toEqual([undefined, '"1"', undefined]);
  expect([own.status, own.subject, states.includes("pending")]).toEqual(["ready", who, true]);
  expect([...storage.kept.values()].map((text) => JSON.parse(text)).map((kept) => [kept.who, kept.etag])).toEqual([['["user","ann"]', '"3"']]);

  who = null;
  await own.refresh();
  expect([own.status, own.view, own.subject, own.error, storage.kept.size]).toEqual(["unauthenticated", undefined, undefined, undefined, 0]);
  // Somebody may have signed in: only the server knows.
  who = subject;
  await own.refresh();
  expect([own.status, own.view?.can(permission)]).toEqual(["ready", true]);
});

test("a page that nobody is signed in to asks for nothing", async () => {
  const own = access({ subject: null as never, snapshot: { version: 1, valid_until: now + 9, modules: [], permissions: { [permission]: true } } });
  await own.refresh();
  expect([own.status, own.view, server.asks.length]).toEqual(["unauthenticated", undefined, 0]);
  await own.identify(subject);
  expect(own.status).toBe("ready");
});

test("what was accepted of a tenant stays so for whoever signs in: an older bundle is refused", async () => {
  const [before, after] = changes.instant.map(decoded) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  const own = access({ subject: { id: "sam" }, wholeBundle: true });
  server.reply = () => new Response(after);
  await own.refresh();
  server.reply = () => new Response(before);
  await own.identify({ id: "ann" });
  expect([own.status, own.error?.rejection]).toEqual(["failed", "rolled-back"]);
  own.signOut();
  await own.identify({ id: "sam" });
  expect([own.status, own.error?.rejection]).toEqual(["failed", "rolled-back"]);
});

test("the same person with another role is nobody who has left: other tabs keep what they have", async () => {
  browser();
  const [one, two] = [access({ storage: false }), access({ storage: false })];
  for (const tab of [one, two]) live(tab);
  await one.refresh();
  await settled();
  await one.identify({ ...subject, roles: ["supervisor"] } as never);
  await settled();
  expect([one.status, two.status]).toEqual(["ready", "ready"]);
  await one.identify({ id: "ann" });
  await settled();
  expect([one.status, two.status]).toEqual(["ready", "unauthenticated"]);
});

test("another person comes with a snapshot, which is shown at once; one of another version is refused", async () => {
  const snapshot = { version: 1, valid_until: now + 60, modules: [], permissions: { "a:b": true } } as const;
  const own = access();
  await own.refresh();
  server.reply = never;
  void own.identify({ id: "ann" }, { snapshot });
  expect([own.status, own.view?.can("a:b"), own.view?.can(permission)]).toEqual(["ready", true, false]);
  void own.identify({ id: "ann" }, { snapshot: { ...snapshot, version: 2 } as never });
  expect([own.status, own.view, own.error?.code]).toEqual(["pending", undefined, "malformed"]);
});

test("a listener that throws keeps nothing from the others, nor from whoever refreshes", async () => {
  const reported: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
  const own = access();
  const failure = new Error("a listener's own");
  const end = own.subscribe(() => {
    throw failure;
  });
  const { states } = live(own);
  await own.refresh();
  expect([states, reported]).toEqual([["ready"], [failure]]);
  own.signOut();
  expect([states.at(-1), reported]).toEqual(["unauthenticated", [failure, failure]]);
  end();
});

test("a page is hydrated by what the server rendered, whatever came meanwhile", async () => {
  const snapshot = { version: 1, valid_until: now + 60, modules: [], permissions: { [permission]: true } } as const;
  const own = access({ snapshot });
  const { initial } = own;
  expect(initial).toBe(own.state);
  await own.refresh();
  expect([own.initial, own.state.view]).toEqual([initial, own.view]);
  expect(own.initial.view).not.toBe(own.view);
  // A page whose clock is ahead shows what the server sent, and then nothing.
  browser();
  const ahead = access({ snapshot, now: () => now + 60 });
  expect([ahead.status, ahead.view]).toEqual(["expired", undefined]);
  expect([ahead.initial.status, ahead.initial.view?.can(permission)]).toEqual(["ready", true]);
});
