// `--once`: opens the page in Chromium, and prints what its menu shows to whom.
import { chromium } from "playwright-core";

export async function showOnce(app, executablePath) {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  try {
    const page = await browser.newPage();
    await page.goto(app.url);
    const links = page.locator("nav .modules a");
    const print = async (when) => console.log(`${when.padEnd(38)}${(await links.allTextContents()).join(", ")}`);
    await print("an auditor sees:");
    for (const [on, word] of [[false, "disabled"], [true, "enabled"]]) {
      app.feature("analytics", on);
      await links.filter({ hasText: "Analytics" }).waitFor({ state: on ? "attached" : "detached", timeout: 20_000 });
      await print(`with the feature analytics ${word}:`);
    }
    await page.locator(".person-button").click();
    await page.locator("#people button", { hasText: "Jo Martins" }).click();
    await page.locator(".person-button", { hasText: "Jo Martins" }).waitFor();
    await print("signed in as an agent instead:");
  } finally {
    await browser.close();
  }
}
