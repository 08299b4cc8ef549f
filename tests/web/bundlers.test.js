import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { afterAll, expect, test } from "vitest";

import { closed, looked, served } from "./page.js";
import { ANSWER, CHROMIUM, clean, PROJECT, ran } from "./project.js";

const FINE = { text: ANSWER, complaints: [] };
const bundled = test.skipIf(!CHROMIUM);
afterAll(closed);

/** Serves what a bundler made, and looks at it. */
async function shown(folders, script, text = ANSWER) {
  const server = await served([...folders, "public/"], script);
  try {
    return await looked(server.url, text);
  } finally {
    await server.close();
  }
}

bundled("a plain page: no bundler, only addresses", async () => {
  expect(await shown(["apps/", "node_modules/"], "/plain/page.js")).toEqual(FINE);
});

bundled("Vite, built", async () => {
  await ran("node_modules/vite/bin/vite.js", ["build", "apps/vite", "--logLevel", "warn", "--outDir", "dist"]);
  expect(await shown(["apps/vite/dist/"])).toEqual(FINE);
});

bundled("Vite's server for development", async () => {
  const vite = spawn(process.execPath, [at("node_modules/vite/bin/vite.js"), "apps/vite", "--port", "0", "--host", "127.0.0.1"], { cwd: PROJECT, env: clean() });
  try {
    const url = await new Promise((done, failed) => {
      let said = "";
      vite.on("exit", () => failed(new Error(said)));
      for (const stream of [vite.stdout, vite.stderr]) {
        stream.on("data", (data) => {
          said += data;
          const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said.replace(/\x1b\[\d+m/g, ""));
          if (found) done(found[0]);
        });
      }
    });
    expect(await looked(url, ANSWER)).toEqual(FINE);
  } finally {
    vite.kill();
  }
});

bundled("webpack: a page, a Web Worker, and `require`", async () => {
  await ran("apps/webpack/build.js", []);
  expect(await shown(["apps/webpack/dist/"], "/page.js")).toEqual(FINE);
  expect(await shown(["apps/webpack/dist/"], "/worker.js")).toEqual(FINE);
  expect(await shown(["apps/webpack/dist/"], "/required.js", "function function")).toEqual({ text: "function function", complaints: [] });
});

bundled("esbuild, with React 19, React 18 and Vue 3", async () => {
  await ran("apps/esbuild/build.js", []);
  expect(await shown(["apps/esbuild/dist/"], "/page.js")).toEqual(FINE);
  expect(await shown(["apps/esbuild/dist/"], "/19/main.js")).toEqual(FINE);
  expect(await shown(["apps/esbuild/dist/"], "/18/main.js")).toEqual(FINE);
  expect(await shown(["apps/esbuild/dist/"], "/vue.js")).toEqual(FINE);
});

bundled("Rollup, into one file", async () => {
  await ran("node_modules/rollup/dist/bin/rollup", ["--config", "apps/rollup/rollup.config.js", "--silent"]);
  expect(await shown(["apps/rollup/dist/"], "/page.js")).toEqual(FINE);
});

const at = (path) => fileURLToPath(new URL(path, PROJECT));
