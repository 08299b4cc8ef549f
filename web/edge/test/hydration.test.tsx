import { readFileSync } from "node:fs";

import { Portcullis as Policy } from "@portcullis/edge";
import { Access } from "@portcullis/edge/access";
import { Portcullis } from "@portcullis/edge/react";
import type { Page } from "playwright-core";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";

import { launch } from "./chromium";
import { decoded } from "./conformance";
import { CHROMIUM, fixtures } from "./fixtures";
import { App } from "./hydration-app";
import { bundle, serve } from "./serve";

// What a server rendered, and what the page makes of it.
const { bundles, cases, trust, now, expires_at } = fixtures();
const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");
const subject = asked?.subject as { id: string };
const permission = asked?.permission as string;
const good = decoded(bundles[asked?.bundle as number] as string);

test.skipIf(!CHROMIUM)("the first render is the server's, and no frame is another person's", async () => {
  const snapshot = (await Policy.load(good, { trust, now })).session(subject).snapshot();
  const options = { url: "/access.pclb", trust, subject, snapshot };
  const rendered = renderToString(
    <Portcullis access={new Access({ ...options, now: () => now })}>
      <App permission={permission} />
    </Portcullis>,
  );
  const folder = await bundle("hydration-page.tsx");
  const none = { version: 1, valid_until: expires_at, modules: [], permissions: {} };
  const others = [{ subject: { id: "ann" }, snapshot: none }, { subject: { id: "bob" }, snapshot: null }];
  const server = await serve((path) => {
    switch (path) {
      case "/":
        return { body: `<!doctype html><title></title><body><div id="root">${rendered}</div><script type="module" src="/hydration-page.js"></script>` };
      case "/hydration-page.js":
        return { body: readFileSync(new URL("hydration-page.js", folder)) };
      case "/options.json":
        return { body: JSON.stringify({ ...options, now, permission, others }) };
      case "/access.pclb":
        return { body: good };
    }
    return undefined;
  });
  const browser = await launch();
  const complaints: string[] = [];
  const opened = async () => {
    const page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => void (message.type() === "error" && !message.text().includes("404") && complaints.push(message.text())));
    await page.goto(server.url);
    await page.waitForFunction(() => document.title === "ready");
    return page;
  };
  type Hydration = { hydrated(ahead: number): Promise<string[]>; replaced(): Promise<string[]> };
  const hydrated = (page: Page, ahead: number) => page.evaluate((seconds) => (window as unknown as Hydration).hydrated(seconds), ahead);
  try {
    expect(await hydrated(await opened(), 0)).toEqual(["ready by a snapshot: yes", "ready by the engine: yes"]);
    const late = await hydrated(await opened(), expires_at - now);
    expect([late[0], late.at(-1)]).toEqual(["ready by a snapshot: yes", "expired by nothing: no"]);
    expect(await (await opened()).evaluate(() => (window as unknown as Hydration).replaced())).toEqual([
      "first: ready by a snapshot: yes",
      "first: ready by the engine: yes",
      "ann: ready by a snapshot: no",
      "ann: ready by the engine: no",
      "bob: pending by nothing: no",
      "bob: ready by the engine: no",
    ]);
    expect(complaints).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
