import { readFileSync } from "node:fs";

import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { launch } from "./chromium";
import { decoded } from "./conformance";
import { CHROMIUM, fixtures } from "./fixtures";
import { bundle, type Reply, serve, type Server } from "./serve";

// Two tabs of one browser, before a server that counts.
const { changes, trust, now } = fixtures();
const [before, after] = changes.instant.map(decoded) as [Uint8Array, Uint8Array];

let browser: Browser;
let context: BrowserContext;
let server: Server;
let asked: (string | undefined)[];
let reply: () => Reply | Promise<Reply>;

beforeAll(async () => {
  if (!CHROMIUM) return;
  const folder = await bundle("tabs-page.ts");
  server = await serve((path, headers) => {
    if (path === "/") return { body: '<!doctype html><title></title><body><script type="module" src="/tabs-page.js"></script>' };
    if (path === "/tabs-page.js") return { body: readFileSync(new URL("tabs-page.js", folder)) };
    if (path === "/options.json") return { body: JSON.stringify({ trust, now }) };
    if (path !== "/access.pclb") return undefined;
    asked.push(headers["if-none-match"] as string | undefined);
    return reply();
  });
  browser = await launch();
});

beforeEach(async () => {
  asked = [];
  reply = () => ({ body: before, headers: { etag: '"1"' } });
  await context?.close();
  if (CHROMIUM) context = await browser.newContext();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function tab(id = "sam"): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/?id=${id}`);
  await shows(page, "pending nothing");
  return page;
}

type Tab = { access: { refresh(): Promise<void>; signOut(): void; identify(subject: object): Promise<void> } };
const SAM = { id: "sam", roles: ["supervisor"], teams: ["emea"] };
const refresh = (page: Page) => page.evaluate(() => (window as unknown as Tab).access.refresh());
const shows = (page: Page, title: string) => page.waitForFunction((expected) => document.title === expected, title);
const chromium = test.skipIf(!CHROMIUM);

chromium("one tab fetches, and every tab of the same person has it", async () => {
  const [one, two, another] = [await tab(), await tab(), await tab("ann")];
  await refresh(one);
  for (const page of [one, two]) await shows(page, "ready false");
  reply = () => ({ body: after, headers: { etag: '"2"' } });
  await refresh(two);
  for (const page of [one, two]) await shows(page, "ready true");
  // Each asks by the etag of what another fetched.
  reply = () => ({ status: 304 });
  await refresh(one);
  expect(asked).toEqual([undefined, '"1"', '"2"']);
  expect(await another.title()).toBe("pending nothing");
});

/** Ends, in a page, when a lock that it asks for is another's. */
function denial(): { came: Promise<void> } {
  const request = navigator.locks.request.bind(navigator.locks);
  const came = new Promise<void>((done) => {
    const asked = (name: string, options: LockOptions, use: LockGrantedCallback<unknown>) =>
      request(name, options, (lock) => {
        if (!lock) done();
        return use(lock);
      });
    Object.assign(navigator.locks, { request: asked });
  });
  return { came };
}

chromium("two tabs that refresh at once ask once", async () => {
  const [one, two] = [await tab(), await tab()];
  let answer: (reply: Reply) => void = () => undefined;
  const came = new Promise<void>((arrived) => {
    reply = () => {
      arrived();
      return new Promise((done) => (answer = done));
    };
  });
  const first = refresh(one);
  await came;
  const denied = await two.evaluateHandle(denial);
  const second = refresh(two);
  // The second waits for the first's answer, for nothing else would end it.
  await denied.evaluate(({ came }) => came);
  answer({ body: after, headers: { etag: '"2"' } });
  await Promise.all([first, second]);
  for (const page of [one, two]) await shows(page, "ready true");
  expect(asked).toEqual([undefined]);
});

chromium("a tab that has nothing does not take another's unchanged answer for its own", async () => {
  const one = await tab();
  await refresh(one);
  const two = await tab();
  reply = () => (asked.at(-1) === undefined ? { body: after, headers: { etag: '"2"' } } : { status: 304 });
  await refresh(one);
  expect(await two.title()).toBe("pending nothing");
  await two.evaluate(() => localStorage.clear());
  await refresh(two);
  await shows(two, "ready true");
});

chromium("who is signed out in one tab is in the other", async () => {
  const [one, two] = [await tab(), await tab()];
  await refresh(one);
  await shows(two, "ready false");
  await one.evaluate(() => (window as unknown as Tab).access.signOut());
  for (const page of [one, two]) await shows(page, "unauthenticated nothing");
  reply = () => ({ body: after });
  for (const page of [one, two]) await refresh(page);
  for (const page of [one, two]) expect(await page.title()).toBe("unauthenticated nothing");
  for (const page of [one, two]) await page.evaluate((sam) => (window as unknown as Tab).access.identify(sam), SAM);
  for (const page of [one, two]) await shows(page, "ready true");
  reply = () => ({ status: 401 });
  await refresh(two);
  for (const page of [one, two]) await shows(page, "unauthenticated nothing");
  expect(await one.evaluate(() => localStorage.length)).toBe(0);
});

chromium("another person in one tab leaves nothing of the former in the other", async () => {
  const [one, two] = [await tab(), await tab()];
  await refresh(one);
  await shows(two, "ready false");
  reply = () => ({ status: 403 });
  await one.evaluate(() => (window as unknown as Tab).access.identify({ id: "ann" }));
  await shows(one, "forbidden nothing");
  await shows(two, "unauthenticated nothing");
});
