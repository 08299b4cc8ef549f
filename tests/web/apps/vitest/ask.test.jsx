import { readFileSync } from "node:fs";

import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";

import { ask } from "../ask.js";
import { accessOf, App } from "../app.jsx";

const at = (path) => new URL(`../../public/${path}`, import.meta.url);
const trust = JSON.parse(readFileSync(at("trust.json"), "utf8"));
const bundle = readFileSync(at("access.pclb"));

test("the engine answers", async () => {
  expect(await ask(trust, bundle)).toBe("tickets:read yes, tickets:delete no");
});

test("a component renders by it", async () => {
  const access = accessOf(trust, { fetch: async () => new Response(bundle) });
  expect(renderToString(<App access={access} />)).toContain("pending");
  await access.refresh();
  expect(renderToString(<App access={access} />)).toContain("Tickets");
});
