import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { CHROMIUM, expectAccessible, expectUnsaved, launch, open, type Opened, save } from "./page";
import { administer, example, OWNER, type Served, served, snapshotOf } from "./served";

let browser: Browser;
let server: Served;
let opened: Opened;
let page: Page;
let policy: string;

beforeAll(async () => {
  if (CHROMIUM) browser = await launch();
});
afterAll(async () => browser?.close());
beforeEach(async () => {
  const named = (await example("omniflow")).policy.replace('"deactivate", "activate",', '"deactivate", "activate", "attribute", "sign-out",');
  policy = named;
  server = await served({ omniflow: await snapshotOf(named) });
  opened = await open(await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en" }), server.address);
  page = opened.page;
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await page.context().close();
  await server.close();
});

/** Goes by the Tab key alone to a button. */
async function tabTo(name: string): Promise<void> {
  const wanted = page.getByRole("button", { name, exact: true });
  for (let presses = 0; presses < 120; presses += 1) {
    if (await wanted.evaluateAll((all) => all.some((one) => one === document.activeElement))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${name}`);
}

test.skipIf(!CHROMIUM)("attributes of somebody are set and taken away, by keyboard alone", async () => {
  await opened.show("omniflow/people/user:sarah");
  await tabTo("Set attributes");
  await page.keyboard.press("Enter");
  const field = page.getByRole("dialog").getByLabel("Teams");
  await field.waitFor();
  await expectAccessible(page);
  for (let presses = 0; presses < 20 && !(await field.evaluate((one) => one === document.activeElement)); presses += 1) await page.keyboard.press("Tab");
  await page.keyboard.type("emea, apac, emea");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expectUnsaved(page, 1);
  await page.getByRole("region", { name: "Attributes" }).getByText("apac", { exact: true }).waitFor();
  await save(page);
  const change = { operation: "attribute", subject: { type: "user", id: "sarah" }, attribute: "teams", values: ["apac", "emea"] } as const;
  const made = await administer(policy, change, OWNER);
  expect(server.store.text("omniflow")).toBe(made.text);

  await tabTo("Set attributes");
  await page.keyboard.press("Enter");
  await field.fill("");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await save(page);
  expect(server.store.text("omniflow")).toBe((await administer(made.text, { ...change, values: [] }, OWNER)).text);
});

test.skipIf(!CHROMIUM)("nobody is offered its own attributes, and what is refused stays in the form", async () => {
  await opened.show("omniflow/people/user:owner@acme.example");
  await page.getByRole("region", { name: "Attributes" }).waitFor();
  expect(await page.getByRole("button", { name: "Set attributes" }).count()).toBe(0);
  await opened.show("omniflow/people/user:sarah");
  await page.getByRole("button", { name: "Set attributes" }).click();
  await page.getByRole("dialog").getByLabel("Teams").fill("a\u202eb");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText(/cannot be a value/).waitFor();
  expect(await page.getByRole("dialog").getByLabel("Teams").inputValue()).toBe("a\u202eb");
});

test.skipIf(!CHROMIUM)("somebody and everybody is signed out", async () => {
  await opened.show("omniflow/people/user:sarah");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expectUnsaved(page, 1);
  await opened.show("omniflow/people");
  await tabTo("Sign everybody out");
  await page.keyboard.press("Enter");
  await page.getByRole("alertdialog", { name: "Sign everybody out?" }).waitFor();
  await expectAccessible(page);
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign everybody out", exact: true }).click();
  await expectUnsaved(page, 2);
  await save(page);
  const tenant = JSON.parse(server.store.text("omniflow")).tenant;
  expect(tenant.sessions_from).toMatch(/^20\d\d-.*Z$/);
  expect(tenant.directory.sarah.sessions_from).toMatch(/^20\d\d-.*Z$/);
});
