import { expect, test } from "vitest";

import { PROJECT, ran, read } from "./project.js";

test("publint has nothing to say", async () => {
  const said = await ran("node_modules/publint/src/cli.js", ["node_modules/@portcullis/edge", "--strict"]);
  expect(said).toContain("All good!");
});

test("every entry has types under every moduleResolution", async () => {
  // A module of WebAssembly is no JavaScript: who imports it has a bundler, and gets its type.
  const said = await ran("node_modules/@arethetypeswrong/cli/dist/index.js", ["edge.tgz", "--format", "json"]).catch((error) => String(error));
  const { analysis, problems } = JSON.parse(said.slice(said.indexOf("{")));
  expect(Object.keys(analysis.entrypoints)).toContain("./react");
  expect(problems).toEqual({});
});

test("each script has its source map, with the sources in it", () => {
  const { exports } = JSON.parse(read("node_modules/@portcullis/edge/package.json"));
  const scripts = [...JSON.stringify(exports).matchAll(/"\.\/(dist\/[\w-]+\.c?js)"/g)].map(([, script]) => script);
  expect(scripts.length).toBeGreaterThan(8);
  for (const script of new Set(scripts)) {
    const folder = new URL("node_modules/@portcullis/edge/", PROJECT);
    expect(read(new URL(script, folder)).toString()).toContain("//# sourceMappingURL=");
    expect(JSON.parse(read(new URL(`${script}.map`, folder))).sources).toBeDefined();
  }
});
