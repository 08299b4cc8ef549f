import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { launch } from "./chromium";
import { decoded } from "./conformance";
import { CHROMIUM, fixtures, ROOT } from "./fixtures";
import { bundle, serve } from "./serve";

test.skipIf(!CHROMIUM)("the panel shows who, until when, and why not, under the policy for content", async () => {
  const { bundles, cases, trust, now } = fixtures();
  const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");
  const folder = await bundle("devtools-page.ts");
  const server = await serve((path) => {
    switch (path) {
      case "/":
        return { body: '<!doctype html><title></title><body><script type="module" src="/devtools-page.js"></script>' };
      case "/devtools-page.js":
        return { body: readFileSync(new URL("devtools-page.js", folder)) };
      case "/options.json":
        return { body: JSON.stringify({ trust, now, subject: asked?.subject }) };
      case "/access.pclb":
        return { body: decoded(bundles[asked?.bundle as number] as string) };
    }
    return undefined;
  });
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 640, height: 720 } });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => void (message.type() === "error" && !message.text().includes("404") && errors.push(message.text())));
    await page.goto(server.url);
    await page.waitForFunction(() => document.title === "ready");
    const facts = async () => {
      const [names, values] = [await page.locator("dt").allTextContents(), await page.locator("dd").allTextContents()];
      return Object.fromEntries(names.map((name, at) => [name, values[at]]));
    };
    expect(await facts()).toEqual({ status: "pending", who: `user ${asked?.subject.id}`, roles: "agent" });
    await page.evaluate(() => (window as unknown as { access: { refresh(): Promise<void> } }).access.refresh());
    expect(await facts()).toMatchObject({ status: "ready", "shown by": "the engine", tenant: "acme, by cx-platform" });
    // One role may be text alone.
    await page.evaluate((subject) => (window as unknown as { access: { identify(subject: object): Promise<void> } }).access.identify(subject), { ...asked?.subject, roles: "agent" });
    expect(await facts()).toMatchObject({ status: "ready", roles: "agent" });
    await page.getByLabel("Permissions that contain").fill("interactions:");
    const rows = await page.locator("li").allTextContents();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every((row) => /^[✓✗] interactions:/.test(row))).toBe(true);
    await page.locator("li button", { hasText: "interactions:read" }).click();
    expect(JSON.parse((await page.locator("pre").textContent()) as string)).toMatchObject({ roles: [{ role: "agent" }] });
    await page.screenshot({ path: new URL("target/web/devtools.png", ROOT).pathname });
    expect(errors).toEqual([]);
    await page.evaluate(() => (window as unknown as { end(): void }).end());
    expect(await page.locator("dt").count()).toBe(0);
  } finally {
    await browser.close();
    await server.close();
  }
});
