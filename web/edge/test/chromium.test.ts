import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { launch } from "./chromium";
import type { Report } from "./conformance";
import { CHROMIUM, fixtures } from "./fixtures";
import { bundle, serve } from "./serve";

test.skipIf(!CHROMIUM)("Chromium answers every vector with the native engine's bytes", async () => {
  const asked = fixtures();
  const folder = await bundle("page.ts");
  const server = await serve((path) => {
    switch (path) {
      case "/":
        return { body: '<!doctype html><title></title><script type="module" src="/page.js"></script>' };
      case "/page.js":
        return { body: readFileSync(new URL("page.js", folder)) };
      case "/fixtures.json":
        return { body: JSON.stringify(asked) };
    }
    return undefined;
  });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && !message.text().includes("favicon")) {
        errors.push(`${message.text()} ${message.location().url}`);
      }
    });
    await page.goto(server.url);
    await page.waitForFunction(() => document.title !== "");
    const report = JSON.parse(await page.title()) as Report;
    expect(report.faults).toEqual([]);
    expect(report.asked).toBe(asked.cases.length);
    expect(report.refused).toBe(asked.refused.length);
    expect(errors.filter((error) => !error.includes("/favicon.ico"))).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
