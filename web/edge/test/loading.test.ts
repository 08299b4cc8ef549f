import { readFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { launch } from "./chromium";
import { CHROMIUM } from "./fixtures";
import { bundle, CSP, serve, type Server } from "./serve";

let browser: Browser;
let server: Server;
let csp: string;

beforeAll(async () => {
  if (!CHROMIUM) return;
  const folder = await bundle("loading-page.ts");
  server = await serve((path) => {
    const headers = { "content-security-policy": csp };
    if (path === "/") return { body: '<!doctype html><title></title><script type="module" src="/loading-page.js"></script>', headers };
    if (path === "/loading-page.js") return { body: readFileSync(new URL("loading-page.js", folder)), headers };
    if (path === "/engine.wasm") return { body: readFileSync(new URL("../dist/edge.wasm", import.meta.url)) };
    // As a server does that answers every address with its page.
    if (path === "/page.wasm") return { body: "<!doctype html><p>the app's page" };
    return undefined;
  });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

type Loading = { failed(source?: string): Promise<string[]>; fetched(url: string): Promise<string[]> };

/** Opens the page under a policy for content; `said` is what it logs by itself. */
async function opened(policy = CSP, before?: (page: Page) => Promise<unknown>) {
  csp = policy;
  const page = await browser.newPage();
  const said: string[] = [];
  page.on("console", (message) => void (message.text().startsWith("@portcullis") && said.push(message.text())));
  await before?.(page);
  await page.goto(server.url);
  await page.waitForFunction(() => document.title === "ready");
  const failed = (source?: string) => page.evaluate((from) => (window as unknown as Loading).failed(from), source);
  const fetched = (url: string) => page.evaluate((from) => (window as unknown as Loading).fetched(from), url);
  return { page, said, failed, fetched };
}

const chromium = test.skipIf(!CHROMIUM);

chromium("a page whose policy for content forbids WebAssembly learns what it lacks, and says so once", async () => {
  const { failed, fetched, said } = await opened("default-src 'self'");
  const [code, words] = await failed();
  expect(code).toBe("blocked");
  expect(words).toContain("'wasm-unsafe-eval'");
  await failed();
  expect(said).toEqual([`@portcullis: ${words}`]);
  expect(await fetched("/access.pclb")).toEqual(["blocked", "blocked", words]);
});

chromium("a module that is not where it should be is named with its address", async () => {
  const { failed, said } = await opened();
  expect(await failed("/lost.wasm")).toEqual(["not-found", "not-found: /lost.wasm answered 404"]);
  expect(await failed("/page.wasm")).toEqual(["not-wasm", 'not-wasm: /page.wasm answered something else: "<!doctype html><p>the ap"']);
  expect(await failed("http://127.0.0.1:1/edge.wasm")).toEqual([
    "blocked",
    "blocked: the page's `connect-src` forbids http://127.0.0.1:1/edge.wasm",
  ]);
  expect(said).toHaveLength(3);
  // After a failure the next call tries again.
  expect(await failed("/engine.wasm")).toEqual(["undefined"]);
});

chromium("an address that nobody answers is offline", async () => {
  const { failed } = await opened(`${CSP}; connect-src *`);
  expect(await failed("http://127.0.0.1:1/edge.wasm")).toEqual(["offline", "offline: http://127.0.0.1:1/edge.wasm could not be fetched"]);
});

chromium("a bundle that the policy for content forbids is no network that is down", async () => {
  const { fetched } = await opened();
  expect(await fetched("http://127.0.0.1:1/access.pclb")).toEqual([
    "blocked",
    "blocked",
    "blocked: the page's `connect-src` forbids http://127.0.0.1:1/access.pclb",
  ]);
});

chromium.each(["WebAssembly", "DecompressionStream"])("a browser without %s is unsupported", async (name) => {
  const { failed, fetched } = await opened(CSP, (page) =>
    page.addInitScript((lacking) => void Reflect.deleteProperty(globalThis, lacking), name),
  );
  const [code, words] = await failed();
  expect([code, words?.includes(name)]).toEqual(["unsupported", true]);
  expect((await fetched("/access.pclb"))[0]).toBe("unsupported");
});
