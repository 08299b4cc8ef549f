import { expect, test } from "vitest";

import { PROJECT, ran, read } from "./project.js";

test.each(["edge", "author"])("publint has nothing to say of %s", async (name) => {
  const said = await ran("node_modules/publint/src/cli.js", [`node_modules/@portcullis/${name}`, "--strict"]);
  expect(said).toContain("All good!");
});

test.each([
  ["edge", "./react"],
  ["author", "./author.wasm"],
])("every entry of %s has types under every moduleResolution", async (name, entry) => {
  const said = await ran("node_modules/@arethetypeswrong/cli/dist/index.js", [`${name}.tgz`, "--format", "json"]).catch((error) => String(error));
  const { analysis, problems } = JSON.parse(said.slice(said.indexOf("{")));
  expect(Object.keys(analysis.entrypoints)).toContain(entry);
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
