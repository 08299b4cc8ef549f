import { spawn } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { afterAll, expect, test } from "vitest";

import { closed, looked } from "./page.js";
import { CHROMIUM, clean, PROJECT, ran } from "./project.js";

afterAll(closed);

// A build takes most of a minute on two cores, so each version's other bundler is for `cargo xtask soak`.
const builds = [
  ["Next.js 16 by Turbopack", "next16/", "node_modules/next/dist/bin/next", "..", []],
  ["Next.js 15 by webpack", "next15/", "next15/node_modules/next/dist/bin/next", ".", []],
];
if (process.env.PORTCULLIS_SOAK) {
  builds.push(
    ["Next.js 16 by webpack", "next16/", "node_modules/next/dist/bin/next", "..", ["--webpack"]],
    ["Next.js 15 by Turbopack", "next15/", "next15/node_modules/next/dist/bin/next", ".", ["--turbopack"]],
  );
}

test.skipIf(!CHROMIUM).each(builds)("%s: server components, client components, and a route", async (_, folder, next, root, flags) => {
  const app = new URL(folder, PROJECT);
  for (const name of ["app", "next.config.mjs"]) cpSync(new URL(`apps/next/${name}`, PROJECT), new URL(name, app), { recursive: true });
  cpSync(new URL("public/", PROJECT), new URL("policy/", app), { recursive: true });
  rmSync(new URL(".next", app), { recursive: true, force: true });
  // Next.js 15 looks in its own folder, as it would in a project of its own.
  if (root === ".") cpSync(new URL("node_modules/@portcullis/", PROJECT), new URL("node_modules/@portcullis/", app), { recursive: true });
  const env = { PROJECT: root };
  const said = await ran(next, ["build", ...flags], { cwd: fileURLToPath(app), env });
  expect(said).not.toMatch(/@portcullis|Critical dependency/);
  const server = spawn(process.execPath, [fileURLToPath(new URL(next, PROJECT)), "start", "--port", "0", "--hostname", "127.0.0.1"], { cwd: fileURLToPath(app), env: { ...clean(), ...env, NODE_ENV: "production" } });
  try {
    const url = await listening(server);
    const html = await (await fetch(url)).text();
    expect(html).toContain("the server may read");
    expect(html.replace(/<!--.*?-->/g, "")).toContain("tickets:read yes, tickets:delete no");
    expect(html).toContain("by the snapshot");
    expect(await looked(url, "by the engine")).toEqual({ text: "by the engine", complaints: [] });
  } finally {
    server.kill();
  }
});

function listening(server) {
  return new Promise((done, failed) => {
    let said = "";
    server.on("exit", () => failed(new Error(said)));
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (data) => {
        said += data;
        const found = /http:\/\/127\.0\.0\.1:(?!0\b)\d+/.exec(said);
        if (found) done(found[0]);
      });
    }
  });
}
