import { copyFileSync, writeFileSync } from "node:fs";

import { expect, test } from "vitest";

import type { Report } from "./conformance";
import { fixtures, WORKERD } from "./fixtures";
import { bundle } from "./serve";
import { workerd } from "./workerd";

test.skipIf(!WORKERD)("workerd answers every vector with the native engine's bytes", async () => {
  const asked = fixtures();
  const folder = await bundle("worker.ts", { conditions: ["workerd"], external: ["./edge.wasm", "./fixtures.json"] });
  copyFileSync(new URL("../dist/edge.wasm", import.meta.url), new URL("edge.wasm", folder));
  writeFileSync(new URL("fixtures.json", folder), JSON.stringify(asked));
  const server = await workerd(folder, [
    ["worker.js", "esModule"],
    ["edge.wasm", "wasm"],
    ["fixtures.json", "json"],
  ]);
  try {
    const report = (await (await fetch(server.url)).json()) as Report;
    expect(report.faults).toEqual([]);
    expect(report.asked).toBe(asked.cases.length);
    expect(report.refused).toBe(asked.refused.length);
  } finally {
    server.close();
  }
});
