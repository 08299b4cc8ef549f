import type { Change } from "@portcullis/author";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { CHROMIUM, expectUnsaved, launch, open, type Opened, save } from "./page";
import { administer, example, OWNER, type Served, served } from "./served";

let browser: Browser;
let server: Served;
let opened: Opened;
let page: Page;

beforeAll(async () => {
  if (CHROMIUM) browser = await launch();
});
afterAll(async () => browser?.close());
beforeEach(async () => {
  server = await served({ omniflow: await example("omniflow"), "cx-platform": await example("cx-platform") });
  opened = await open(await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en" }), server.address);
  page = opened.page;
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await page.context().close();
  await server.close();
});

/** Saves, and expects the policy that these changes make, byte for byte. */
async function expectSaved(policy: string, changes: readonly Change[]): Promise<void> {
  await save(page);
  let { policy: text } = await example(policy);
  for (const change of changes) text = (await administer(text, change, OWNER)).text;
  expect(server.store.text(policy)).toBe(text);
}

/** Goes by the Tab key alone to what has that name. */
async function tabTo(name: string | RegExp, role: Parameters<Page["getByRole"]>[0] = "button"): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  for (let presses = 0; presses < 120; presses += 1) {
    if (await wanted.evaluateAll((all) => all.some((one) => one === document.activeElement))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${name}`);
}

const level = (permission: string) => page.getByRole("toolbar", { name: permission, exact: true }).or(page.getByRole("group", { name: permission, exact: true })).or(page.getByRole("radiogroup", { name: permission, exact: true }));

test.skipIf(!CHROMIUM)("by mouse: a scope is chosen, another one instead of it, and a third is taken away", async () => {
  await opened.show("cx-platform/roles/light-team-lead");
  await level("Analytics › Dashboards › Read").getByText("All", { exact: true }).click();
  await level("Interactions › Write").getByText("Team", { exact: true }).click();
  await level("Interactions › Read").getByText("Disabled", { exact: true }).click();
  await expectUnsaved(page, 2);
  await expectSaved("cx-platform", [
    { operation: "grant", role: "light-team-lead", grants: { all: "analytics.dashboards:read", team: "interactions:write" } },
    { operation: "revoke", role: "light-team-lead", grants: { own: "interactions:read", team: "interactions:read" } },
  ]);
});

test.skipIf(!CHROMIUM)("by keyboard: a scope is chosen and saved", async () => {
  await opened.show("cx-platform/roles/data-analyst");
  await level("Interactions › Read").waitFor();
  await page.getByRole("heading", { level: 1 }).focus();
  const first = level("Interactions › Read").getByText("Disabled", { exact: true });
  for (let presses = 0; presses < 120; presses += 1) {
    if (await first.evaluate((one) => one === document.activeElement || one.contains(document.activeElement))) break;
    await page.keyboard.press("Tab");
  }
  for (const key of ["ArrowRight", "ArrowRight", "Space"]) await page.keyboard.press(key);
  await expectUnsaved(page, 1);
  await page.keyboard.press("Control+s");
  await page.getByRole("dialog", { name: "Before saving" }).waitFor();
  await tabTo("Save");
  await page.keyboard.press("Enter");
  await page.getByText("Saved", { exact: true }).waitFor();
  const made = await administer((await example("cx-platform")).policy, { operation: "grant", role: "data-analyst", grants: { team: "interactions:read" } }, OWNER);
  expect(server.store.text("cx-platform")).toBe(made.text);
});

test.skipIf(!CHROMIUM)("a role is created, described, and deleted again; by keyboard alone", async () => {
  await opened.show("omniflow/roles");
  await page.getByRole("heading", { level: 1 }).focus();
  await tabTo("Create a role");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Create a role" }).waitFor();
  await page.keyboard.type("Night shift");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Those who answer at night.");
  await tabTo("Create");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Night shift", level: 1 }).waitFor();
  await tabTo("Actions");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Name and describe" }).waitFor();
  await page.keyboard.type("Name");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Name and describe" }).waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Nights");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Nights", level: 1 }).waitFor();
  await expectSaved("omniflow", [
    { operation: "create", role: "night-shift", label: "Night shift", description: "Those who answer at night." },
    { operation: "label", role: "night-shift", label: "Nights" },
  ]);
});

test.skipIf(!CHROMIUM)("a role is duplicated, one is deleted, and its holders get another", async () => {
  await opened.show("omniflow/roles");
  await page.getByRole("button", { name: "Actions for Trainer", exact: true }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("heading", { name: "Trainer (copy)", level: 1 }).waitFor();
  await opened.show("omniflow/roles/qa-overrider");
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("1 assignment goes with it").waitFor();
  await dialog.getByText("alex").waitFor();
  await dialog.getByRole("button", { name: /They get instead/ }).click();
  await page.getByRole("option", { name: "Trainer", exact: true }).click();
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("heading", { name: "Roles", level: 1 }).waitFor();
  const label = (await administer((await example("omniflow")).policy, { operation: "clone", from: "trainer", role: "x" }, OWNER)).text.includes("Trainer") ? "Trainer (copy)" : "";
  await expectSaved("omniflow", [
    { operation: "clone", from: "trainer", role: "trainer-copy", label },
    { operation: "delete", role: "qa-overrider", reassign: "trainer" },
  ]);
});

test.skipIf(!CHROMIUM)("somebody is given a role on a team until a day, a group another, and a role is taken away", async () => {
  await opened.show("omniflow/people");
  await page.getByRole("button", { name: "Give somebody a role" }).click();
  const assign = page.getByRole("dialog");
  await assign.getByRole("combobox", { name: "Who" }).fill("kim");
  await page.keyboard.press("Tab");
  await assign.getByRole("button", { name: /Role/ }).click();
  await page.getByRole("option", { name: "Agent", exact: true }).click();
  await assign.getByRole("combobox", { name: "On the team" }).fill("billing");
  await page.keyboard.press("Tab");
  await assign.getByLabel("Until").fill("2099-01-31");
  await assign.getByRole("button", { name: "Add", exact: true }).click();
  await expectUnsaved(page, 1);
  await page.getByRole("button", { name: "Give a group a role" }).click();
  const map = page.getByRole("dialog");
  await map.getByRole("combobox", { name: "Group" }).fill("idp-coaches");
  await page.keyboard.press("Tab");
  await map.getByRole("button", { name: /Role/ }).click();
  await page.getByRole("option", { name: "Trainer", exact: true }).click();
  await map.getByRole("button", { name: "Add", exact: true }).click();
  await opened.show("omniflow/people/user%3Asarah");
  await page.getByRole("button", { name: "Take Supervisor on emea-tier-1" }).click();
  await expectUnsaved(page, 3);
  await expectSaved("omniflow", [
    { operation: "assign", role: "agent", subject: { type: "user", id: "kim" }, team: "billing", until: "2099-01-31T00:00:00Z" },
    { operation: "map", group: "idp-coaches", role: "trainer" },
    { operation: "unassign", role: "supervisor", subject: { type: "user", id: "sarah" }, team: "emea-tier-1" },
  ]);
});

test.skipIf(!CHROMIUM)("before saving says who gains and who loses, and a change is left out", async () => {
  await opened.show("omniflow/people/user%3Asarah");
  await page.getByRole("button", { name: "Take Supervisor on emea-tier-1" }).click();
  await page.getByRole("button", { name: "Take Agent" }).click();
  await expectUnsaved(page, 2);
  await page.getByRole("button", { name: "Before saving" }).click();
  const review = page.getByRole("dialog", { name: "Before saving" });
  await review.getByText("1 loses").waitFor();
  await review.getByRole("button", { name: "Leave out: Take Agent from sarah" }).click();
  await review.getByRole("button", { name: "Keep editing" }).click();
  await expectSaved("omniflow", [{ operation: "unassign", role: "supervisor", subject: { type: "user", id: "sarah" }, team: "emea-tier-1" }]);
});

test.skipIf(!CHROMIUM)("undo takes back what was ticked, and redo ticks it again", async () => {
  await opened.show("cx-platform/roles/data-analyst");
  await level("Interactions › Read").getByText("Own", { exact: true }).click();
  await expectUnsaved(page, 1);
  await page.keyboard.press("Control+z");
  await page.getByText("Nothing unsaved").waitFor();
  await page.keyboard.press("Control+y");
  await expectUnsaved(page, 1);
});

test.skipIf(!CHROMIUM)("all of a module is set at once, and reset gives a copy its original", async () => {
  await opened.show("cx-platform/roles/light-team-lead");
  await page.getByRole("button", { name: "Set all of Analytics" }).click();
  await page.getByRole("group", { name: "Read" }).getByRole("menuitem", { name: "All" }).click();
  await expectUnsaved(page, 1);
  await expectSaved("cx-platform", [
    { operation: "grant", role: "light-team-lead", grants: { all: ["analytics:read", "analytics.dashboards:read", "analytics.exports:read"] } },
  ]);
  const before = server.store.text("cx-platform");
  await page.getByRole("button", { name: "Reset permissions" }).click();
  await save(page);
  const made = await administer(before, { operation: "reset", role: "light-team-lead" }, OWNER);
  expect(server.store.text("cx-platform")).toBe(made.text);
});
