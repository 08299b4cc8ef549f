import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { CHROMIUM, expectAccessible, launch, open, type Opened } from "./page";
import { example, type Served, served } from "./served";

const SYSTEMS = ["cx-platform", "omni24", "omniflow", "omnivoice", "sleekflow"];
const VIEWS = ["roles", "roles/agent", "roles/agent/assignees", "people", "people/user%3Aowner%40acme.example", "who", "compare", "matrix", "audit"];
/** A role that each of the systems has, whatever it calls it. */
const ROLE: Readonly<Record<string, string>> = { sleekflow: "staff" };

let server: Served;
let browser: Browser;
let opened: Opened;

beforeAll(async () => {
  if (!CHROMIUM) return;
  const policies = await Promise.all(SYSTEMS.map(async (name) => [name, await example(name)] as const));
  server = await served(Object.fromEntries(policies));
  browser = await launch();
  opened = await open(await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en" }), server.address);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test.skipIf(!CHROMIUM).each(VIEWS)("axe finds nothing in %s, light and dark, and the page complains of nothing", async (view) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await opened.page.emulateMedia({ colorScheme });
    await opened.show(`cx-platform/${view}`);
    await expectAccessible(opened.page);
  }
  expect(opened.complaints).toEqual([]);
});

test.skipIf(!CHROMIUM).each(SYSTEMS)("the permissions of %s are all there, and accessible", async (system) => {
  await opened.page.emulateMedia({ colorScheme: "light" });
  await opened.show(`${system}/roles/${ROLE[system] ?? "agent"}`);
  await opened.page.getByRole("table", { name: "Permissions" }).waitFor();
  await expectAccessible(opened.page);
  expect(opened.complaints).toEqual([]);
});

test.skipIf(!CHROMIUM)("no view is wider than a telephone", async () => {
  await opened.page.setViewportSize({ width: 375, height: 800 });
  for (const view of VIEWS) {
    await opened.show(`cx-platform/${view}`);
    const width = await opened.page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, view).toBeLessThanOrEqual(375);
  }
  await opened.page.setViewportSize({ width: 1280, height: 900 });
});

test.skipIf(!CHROMIUM).each(SYSTEMS)("the permissions of %s are as wide as the page at most", async (system) => {
  for (const width of [1280, 768, 375]) {
    await opened.page.setViewportSize({ width, height: 900 });
    await opened.show(`${system}/roles/${ROLE[system] ?? "agent"}`);
    const table = await opened.page.getByRole("table", { name: "Permissions" }).boundingBox();
    const main = await opened.page.locator("main").boundingBox();
    expect((table?.x ?? 0) + (table?.width ?? Infinity), `${width}`).toBeLessThanOrEqual((main?.x ?? 0) + (main?.width ?? 0));
  }
  await opened.page.setViewportSize({ width: 1280, height: 900 });
});

test.skipIf(!CHROMIUM)("a reader of German reads German", async () => {
  const german = await open(await browser.newContext({ locale: "de-DE" }), await again());
  await german.page.getByRole("heading", { name: "Rollen", level: 1 }).waitFor();
  expect(await german.page.evaluate(() => document.documentElement.lang)).toBe("de");
  expect(german.complaints).toEqual([]);
  await german.page.context().close();
});

/** A token works once, so another context needs another server. */
async function again(): Promise<string> {
  const other = await served({ "cx-platform": await example("cx-platform") });
  return other.address;
}
