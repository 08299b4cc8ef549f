import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

// @ts-expect-error an example in plain JavaScript
import { serveApp } from "../../../examples/react/serve.js";
import { launch } from "./chromium";
import { CHROMIUM, PROGRAM, ROOT } from "./fixtures";

// A policy in which whatever must not be seen has a name that nothing else has.
const POLICY = {
  catalog: {
    id: "shop",
    features: ["sold", "unsold-feature"],
    attributes: { subject: ["teams"], resource: ["assignees", "hidden-attribute"] },
    scopes: { own: "shares(subject.id, resource.assignees)", "hidden-scope": "present(resource.hidden-attribute)", all: "true" },
    actions: { read: "read", write: "write" },
    modules: {
      interactions: { label: "Interactions", actions: { read: "read", "hidden-action": "other" } },
      analytics: { label: "Analytics", requires: "sold" },
      "unsold-module": { label: "Unsold Label", requires: "unsold-feature" },
      "ungranted-module": { label: "Ungranted Label" },
    },
    roles: {
      auditor: { grants: { own: "interactions:read", all: ["analytics:read", "unsold-module:*"] } },
      "other-role": { label: "Other Role Label", grants: { all: "*", "hidden-scope": "ungranted-module:read" } },
    },
    administration: {},
  },
  tenant: {
    id: "acme",
    features: ["sold"],
    roles: { "custom-other-role": { grants: { all: "ungranted-module:read" } } },
    groups: { "hidden-group": "other-role" },
    directory: { "somebody@else.example": { roles: "other-role" } },
  },
};
const HIDDEN = [
  "unsold", "Unsold Label", "ungranted", "Ungranted Label", "other-role", "Other Role Label",
  "hidden-scope", "hidden-attribute", "hidden-action", "hidden-group", "somebody@else.example",
];

interface App {
  readonly url: string;
  feature(name: string, on: boolean): void;
  close(): Promise<void>;
}

let app: App;
let browser: Browser;
const ready = Boolean(CHROMIUM && PROGRAM);

beforeAll(async () => {
  if (!ready) return;
  mkdirSync(new URL("target/web/", ROOT), { recursive: true });
  const file = new URL("target/web/react-policy.json", ROOT);
  writeFileSync(file, JSON.stringify(POLICY, null, 2));
  const people = [{ id: "jo", name: "Jo Martins", roles: ["auditor"] }];
  app = await serveApp({ folder: new URL("target/web/react/", ROOT), program: PROGRAM, policy: file, people, offers: [] });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

/** Opens the app; what the console warns of is kept, and every body that is loaded. */
async function opened(options: { javaScriptEnabled?: boolean } = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  const bodies = new Map<string, Promise<Buffer>>();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("response", (response) => {
    if (response.status() !== 200) return;
    const body = response.body();
    // A body that is still on its way when its page closes fails only the test that awaits it.
    body.catch(() => undefined);
    bodies.set(new URL(response.url()).pathname, body);
  });
  await page.addInitScript(() => {
    const { compile } = WebAssembly;
    WebAssembly.compile = (bytes) => {
      Object.assign(window, { compiled: ((window as { compiled?: number }).compiled ?? 0) + 1 });
      return compile(bytes);
    };
  });
  const first = page.waitForResponse((response) => response.url().endsWith("/access.pclb")).catch(() => undefined);
  await page.goto(app.url);
  return { page, complaints, bodies, first };
}

const MODULES = "nav .modules a";
const navigation = (page: Page) => page.locator(MODULES).allTextContents();

test.skipIf(!ready)("the server's page shows the visible modules without a script", async () => {
  const { page } = await opened({ javaScriptEnabled: false });
  expect(await navigation(page)).toEqual(["Interactions", "Analytics"]);
  await page.context().close();
});

test.skipIf(!ready)("it hydrates without a warning, under the content security policy", async () => {
  const { page, complaints, first } = await opened();
  await first;
  await page.locator(MODULES, { hasText: "Analytics" }).click();
  await page.locator("h1", { hasText: "Analytics" }).waitFor();
  expect(await page.locator(".grants li").allTextContents()).toEqual(["Read all"]);
  // Read by the session, not by the snapshot: the engine, which the script carries, was allowed to run.
  await page.waitForFunction(() => (window as { compiled?: number }).compiled === 1);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!ready)("a module comes and goes with the tenant's feature, without a reload", async () => {
  const { page, complaints } = await opened();
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  const shows = (labels: string[]) =>
    page.waitForFunction(
      ([links, expected]) => JSON.stringify([...document.querySelectorAll(links)].map((one) => one.textContent)) === expected,
      [MODULES, JSON.stringify(labels)] as const,
      { timeout: 20_000 },
    );
  await shows(["Interactions", "Analytics"]);
  app.feature("sold", false);
  await shows(["Interactions"]);
  app.feature("sold", true);
  await shows(["Interactions", "Analytics"]);
  expect(await page.evaluate(() => "notReloaded" in window)).toBe(true);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!ready)("nothing that the page loads names another role, a person, or a module that is off", async () => {
  const { page, bodies, first } = await opened();
  await first;
  await page.locator(MODULES, { hasText: "Interactions" }).click();
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const paths = [...bodies.keys()].sort();
  expect(paths).toEqual(expect.arrayContaining(["/", "/access.pclb", "/page.js"]));
  const loaded = await Promise.all([...bodies].map(async ([path, body]) => [path, (await body).toString("latin1")] as const));
  for (const [path, text] of loaded) {
    for (const name of HIDDEN) expect(text.includes(name), `${path} names ${name}`).toBe(false);
  }
  // It would be seen: the whole bundle, from which the slice was cut, names them all.
  const whole = readFileSync(new URL("target/web/react/whole.pclb", ROOT), "latin1");
  for (const name of HIDDEN) expect(whole.includes(name), name).toBe(true);
  const slice = loaded.find(([path]) => path === "/access.pclb")?.[1] ?? "";
  for (const name of ["auditor", "interactions", "analytics"]) expect(slice).toContain(name);
  await page.context().close();
});

test.skipIf(!ready)("with the bundle out of reach the page still renders and shows what it knew", async () => {
  const { page, complaints, first } = await opened();
  await first;
  await page.route("**/access.pclb", (route) => route.abort());
  await page.waitForRequest((request) => request.url().endsWith("/access.pclb"), { timeout: 10_000 });
  await page.locator(MODULES, { hasText: "Analytics" }).click();
  await page.locator("h1", { hasText: "Analytics" }).waitFor();
  expect(complaints.filter((one) => !one.includes("ERR_FAILED"))).toEqual([]);
  await page.context().close();
});
