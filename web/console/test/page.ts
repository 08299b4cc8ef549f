import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** Chromium; where there is none, what needs it is left out by name. */
export const CHROMIUM = process.env["PORTCULLIS_CHROMIUM"];

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM as string, headless: true, args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
}

/** A page of the console, and what it complained of. */
export interface Opened {
  readonly page: Page;
  /** Errors of the page, violations of its policy for content among them. */
  readonly complaints: string[];
  /** Shows a view. */
  show(path: string): Promise<void>;
}

/** Opens the console in a context, signed in. */
export async function open(context: BrowserContext, address: string): Promise<Opened> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A server that was stopped for a test is no fault of the page.
    if (message.type() === "error" && !message.text().includes("Failed to load resource")) complaints.push(message.text());
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => console.error(`violates ${violatedDirective}: ${blockedURI}`));
  });
  // What is fading has colours of its own.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(address);
  await page.locator("h1").first().waitFor();
  return {
    page,
    complaints,
    async show(path) {
      await page.goto(`${new URL(address).origin}/#${path}`);
      await page.locator("h1").first().waitFor();
      // Nothing is shown of a policy before the desk has it.
      await page.locator(".pc-loading").waitFor({ state: "detached" });
    },
  };
}

/** Expects axe to find nothing on a page as it stands. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe;
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ")}`);
  });
  expect(violations).toEqual([]);
}

// As the debugger puts it there: the page's own policy for content would let no such script in.
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Waits until the draft has that many changes. */
export async function expectUnsaved(page: Page, count: number): Promise<void> {
  const bar = page.getByRole("region", { name: "Unsaved changes" });
  await expect.poll(() => bar.textContent({ timeout: 5_000 }).catch(() => "")).toContain(`${count} unsaved change`);
}

/** Saves, and waits until it is saved. */
export async function save(page: Page): Promise<void> {
  const bar = page.getByRole("region", { name: "Unsaved changes" });
  await bar.getByRole("button", { name: "Save", exact: true }).click();
  await bar.getByText("Saved", { exact: true }).waitFor();
}
