import { expect, test } from "vitest";

import { ANSWER, ran } from "./project.js";

test("Node, by `import` and by `require`", async () => {
  expect(await ran("apps/node/esm.js", [])).toBe(`${ANSWER}\n`);
  expect(await ran("apps/node/require.cjs", [])).toBe(`${ANSWER}\n`);
  expect(await ran("apps/node/author.js", [])).toBe("true invalid-policy\n".repeat(2));
});

test("Vitest", async () => {
  expect(await ran("node_modules/vitest/vitest.mjs", ["run", "--root", "apps/vitest"])).toContain("2 passed");
});

test.each(["node", "jsdom"])("Jest, its environment %s", async (environment) => {
  const said = await ran("node_modules/jest/bin/jest.js", ["--rootDir", "apps/jest", "--testMatch", "**/*.test.cjs", "--env", environment]);
  expect(said).toContain("2 passed");
});
