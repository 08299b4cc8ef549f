import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { work } from "./author-work";
import { launch } from "./chromium";
import { CHROMIUM, ROOT } from "./fixtures";
import { bundle, serve } from "./serve";

const EXAMPLES = ["cx-platform", "omni24", "omniflow", "omnivoice", "sleekflow"];

test.skipIf(!CHROMIUM)("a console in Chromium gets the answers that one in Node gets, under a strict policy for content", async () => {
  const path = (name: string) => new URL(`examples/${name}/policy.json`, ROOT);
  const examples = Object.fromEntries(EXAMPLES.map((name) => [name, readFileSync(path(name), "utf8")]));
  const folder = await bundle("author-page.ts");
  const server = await serve((path) => {
    switch (path) {
      case "/":
        return { body: '<!doctype html><title></title><script type="module" src="/author-page.js"></script>' };
      case "/author-page.js":
        return { body: readFileSync(new URL("author-page.js", folder)) };
      case "/examples.json":
        return { body: JSON.stringify(examples) };
      case "/answers":
        return { body: "thanks" };
    }
    return undefined;
  });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    const sent = page.waitForRequest((request) => request.url().endsWith("/answers"));
    await page.goto(server.url);
    const answers = JSON.parse((await sent).postData() as string);
    await page.waitForFunction(() => document.title === "done");
    expect(errors).toEqual([]);
    expect([answers.before, answers.lost]).toEqual(["not-started", "not-found"]);
    const expected = JSON.parse(JSON.stringify(work(examples)));
    expect(Object.keys(answers.answers)).toEqual(Object.keys(expected));
    expect(answers.answers).toEqual(expected);
    expect(answers.answers.session.escalation.refusal.reason).toBe("not-covered");
    for (const name of EXAMPLES) expect(answers.answers[name].report.passes).toBe(true);
  } finally {
    await browser.close();
    await server.close();
  }
});
