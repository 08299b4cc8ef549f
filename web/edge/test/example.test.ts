import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

// @ts-expect-error an example in plain JavaScript
import { serveApp } from "../../../examples/react/serve.js";
import { launch } from "./chromium";
import { faint } from "./contrast";
import { CHROMIUM, PROGRAM, ROOT } from "./fixtures";

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
  app = await serveApp({ folder: new URL("target/web/example/", ROOT), program: PROGRAM });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

/** Opens the example as one of its people; what the console complains of is kept. */
async function opened(name: string, path = "", options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(app.url);
  await signIn(page, name);
  if (path) await page.goto(app.url + path);
  return { page, complaints };
}

async function signIn(page: Page, name: string) {
  await page.locator(".person-button").click();
  await page.locator("#people button", { hasText: name }).click();
  await page.locator(".person-button", { hasText: name }).waitFor();
}

const menu = (page: Page) => page.locator("nav .modules a").allTextContents();
const locked = (page: Page) => page.locator("nav .locked a").allTextContents();
const topics = (page: Page) => page.locator(".rows h2").allTextContents();
const ask = (page: Page, method: string, path: string) =>
  page.evaluate(async ([how, where]) => (await fetch(where, { method: how })).status, [method, path] as const);

test.skipIf(!ready)("the person switch changes the menu", async () => {
  const { page, complaints } = await opened("Sam Okafor");
  expect(await menu(page)).toEqual(["Interactions", "Analytics", "Dashboards", "Exports", "Observability", "Reports"]);
  await signIn(page, "Jo Martins");
  expect(await menu(page)).toEqual(["Interactions", "Profile", "Preferences", "Evaluations"]);
  await signIn(page, "Dan Whitaker");
  expect(await menu(page)).toEqual(["Analytics", "Dashboards", "Exports", "Observability", "Reports"]);
  await signIn(page, "Ada Lindqvist");
  expect(await menu(page)).toEqual(expect.arrayContaining(["Admin", "Users", "Workflows", "Interactions", "AI Metrics", "Profile"]));
  await signIn(page, "Tess Moreau");
  expect(await menu(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!ready)("the switch and the menu work without a script", async () => {
  const { page } = await opened("Dan Whitaker", "", { javaScriptEnabled: false });
  await page.locator("nav a", { hasText: "Dashboards" }).click();
  expect(await page.locator("h1").textContent()).toBe("Dashboards");
  await page.context().close();
});

test.skipIf(!ready)("submodules are nested below their module, and each has an address of its own", async () => {
  const { page } = await opened("Sam Okafor");
  await page.locator("nav .modules li li a", { hasText: "Exports" }).click();
  expect(new URL(page.url()).pathname).toBe("/m/analytics.exports");
  expect(await page.locator("nav a[aria-current=page]").allTextContents()).toEqual(["Exports"]);
  await page.goBack();
  await page.locator("h1", { hasText: "Hello, Sam" }).waitFor();
  await page.context().close();
});

test.skipIf(!ready)("a list holds what its reader may read, by the filter", async () => {
  const { page } = await opened("Sam Okafor", "m/interactions");
  expect(await topics(page)).toHaveLength(8);
  await signIn(page, "Jo Martins");
  await page.goto(`${app.url}m/interactions`);
  expect((await topics(page)).sort()).toEqual([
    "A refund for order 48213",
    "The chat window is in the wrong language",
    "The meter reading is counted twice",
  ]);
  await signIn(page, "Dan Whitaker");
  const data = await page.evaluate(async () => (await fetch("/data.json")).json());
  expect(data.interactions).toMatchObject({ kind: "none", rows: [] });
  await page.context().close();
});

test.skipIf(!ready)("a button is there for whom it works, and off where it works for other rows only", async () => {
  const { page, complaints } = await opened("Sam Okafor", "m/interactions");
  expect(await page.locator("main button").count()).toBe(0);

  await signIn(page, "Lin Zhao");
  await page.goto(`${app.url}m/interactions`);
  const close = (topic: string) => page.locator(`button[aria-label="Close: ${topic}"]`);
  expect(await close("The webhook answers with 502").getAttribute("aria-disabled")).toBe("false");
  expect(await close("The meter reading is counted twice").getAttribute("aria-disabled")).toBe("true");
  expect(await page.locator("main button", { hasText: "Delete" }).count()).toBe(0);
  await close("The webhook answers with 502").click();
  await page.locator("[role=status]", { hasText: "Closed: The webhook answers with 502" }).waitFor();
  expect(await close("The webhook answers with 502").count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!ready)("the server decides again, whatever the page shows", async () => {
  const { page } = await opened("Lin Zhao");
  expect(await ask(page, "POST", "/interactions/i-1/close")).toBe(403);
  expect(await ask(page, "DELETE", "/interactions/i-2")).toBe(403);
  // Of what may not be read, not even that it is there.
  expect(await ask(page, "DELETE", "/interactions/i-5")).toBe(404);
  expect(await ask(page, "DELETE", "/interactions/i-none")).toBe(404);
  await signIn(page, "Sam Okafor");
  expect(await ask(page, "POST", "/interactions")).toBe(403);
  await page.context().close();
});

test.skipIf(!ready)("a request that comes from another site changes nothing", async () => {
  const asked = await fetch(`${app.url}vendor/features/analytics`, { method: "DELETE", headers: { "sec-fetch-site": "cross-site" } });
  expect(asked.status).toBe(403);
});

test.skipIf(!ready)("a locked module names the feature, is shown to whose role would open it, and opens without a reload", async () => {
  const { page, complaints } = await opened("Jo Martins");
  expect(await locked(page)).toEqual([]);
  await signIn(page, "Sam Okafor");
  expect(await locked(page)).toEqual(["Quality (locked)"]);
  await page.locator("nav .locked a").click();
  expect(await page.locator(".locked-panel code").allTextContents()).toEqual(["quality"]);
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await page.locator(".features summary").click();
  const quality = page.locator(".features label", { hasText: "quality" }).locator("input");
  await quality.click();
  await page.locator("nav .modules a", { hasText: "Evaluations" }).waitFor();
  await page.locator(".locked-panel").waitFor({ state: "detached" });
  expect(await locked(page)).toEqual([]);
  await quality.click();
  await page.locator("nav .locked a", { hasText: "Quality" }).waitFor();
  expect(await page.evaluate(() => "notReloaded" in window)).toBe(true);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test.skipIf(!ready)("a module that is off and one that never was are answered the same", async () => {
  const { page } = await opened("Jo Martins");
  const heading = async (path: string) => {
    const status = (await page.goto(app.url + path))?.status();
    return [status, await page.locator("main").innerText()];
  };
  const never = await heading("m/no-such-module");
  expect(never[0]).toBe(404);
  expect(await heading("m/ai-process")).toEqual(never);
  expect(await heading("m/admin.users")).toEqual(never);
  await page.context().close();
});

test.skipIf(!ready)("the menu of a narrow screen opens and closes from the keyboard", async () => {
  const { page } = await opened("Sam Okafor", "", { viewport: { width: 390, height: 800 } });
  const link = page.locator("nav a", { hasText: "Exports" });
  expect(await link.isVisible()).toBe(false);
  await page.locator(".menu-button").focus();
  await page.keyboard.press("Enter");
  await link.waitFor();
  await page.keyboard.press("Escape");
  await link.waitFor({ state: "hidden" });
  await page.keyboard.press("Enter");
  await link.focus();
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "Exports" }).waitFor();
  expect(await link.isVisible()).toBe(false);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBe(0);
  await page.context().close();
});

test.skipIf(!ready).each(["light", "dark"] as const)("every text is readable where the reader's system is %s", async (colorScheme) => {
  const { page } = await opened("Lin Zhao", "m/interactions", { colorScheme });
  expect(await faint(page)).toEqual([]);
  await signIn(page, "Sam Okafor");
  expect(await faint(page)).toEqual([]);
  await page.locator(".person-button").click();
  expect(await faint(page)).toEqual([]);
  await page.goto(`${app.url}m/quality`);
  expect(await faint(page)).toEqual([]);
  // The page follows the system: what it stands on is light or dark.
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(ground).toBe(colorScheme === "light" ? "rgb(245, 246, 249)" : "rgb(14, 19, 27)");
  await page.context().close();
});
