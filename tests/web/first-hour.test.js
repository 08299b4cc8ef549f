// The first hour, by the lines of docs/PAGES.md: each command is run, each file written, and the page must show it.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { afterAll, expect, test } from "vitest";

import { closed, looked } from "./page.js";
import { CHROMIUM, clean, PROJECT } from "./project.js";

const PAGES = readFileSync(new URL("../../docs/PAGES.md", import.meta.url), "utf8");
const SHOWN = "Help articles No reports for you.";

// What would be fetched is installed here already, by its hash: these stand for npm's own programs.
const STAND_INS = {
  npm: `case "$1 $2" in
  "create vite@7") shift 2; exec node "$MODULES/create-vite/index.js" "$1" --template "$4" ;;
  "install @portcullis/edge") mkdir -p node_modules && cp -r "$MODULES/@portcullis" node_modules/ ;;
  "run dev") case "$(node -p 'require("./package.json").scripts.dev')" in
    vite) exec node "$MODULES/vite/bin/vite.js" --host 127.0.0.1 --port 0 ;;
    "next dev"*) exec node "$MODULES/next/dist/bin/next" dev --hostname 127.0.0.1 --port 0 ;;
    esac ;;
  *) echo "npm $*: not a line of the docs" >&2; exit 1 ;;
esac`,
  npx: `case "$1" in
  create-next-app@16) shift; exec node "$MODULES/create-next-app/dist/index.js" "$@" --skip-install --disable-git ;;
  *) exit 1 ;;
esac`,
  portcullis: 'exec "$PORTCULLIS" "$@"',
};

/** Returns a section's commands, and its files by their names. */
function section(title) {
  const text = PAGES.split(/^## /m).find((one) => one.startsWith(`${title}\n`));
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, body]) => ({ language, body }));
  const files = blocks.filter(({ language }) => language !== "sh").map(({ body }) => [/^\/\/ (\S+)\n/.exec(body)[1], body]);
  return { commands: blocks.find(({ language }) => language === "sh").body.trim().split("\n"), files };
}

test.skipIf(!CHROMIUM).each(["Vite", "Next.js"])("%s: ten commands to a page that shows what its reader may do", async (title) => {
  const before = section("Before the first page").commands;
  const { commands, files } = section(title);
  expect(before.length + commands.length).toBeLessThanOrEqual(10);
  const folder = new URL(`first-hour/${title.toLowerCase()}/`, PROJECT);
  rmSync(folder, { recursive: true, force: true });
  const bin = new URL("bin/", folder);
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries(STAND_INS)) {
    writeFileSync(new URL(name, bin), `#!/bin/sh\n${script}\n`);
    chmodSync(new URL(name, bin), 0o755);
  }
  const env = {
    ...clean(),
    PATH: `${fileURLToPath(bin)}:${process.env.PATH}`,
    MODULES: fileURLToPath(new URL("node_modules", PROJECT)),
    NEXT_TELEMETRY_DISABLED: "1",
    CI: "1",
  };
  const last = commands.pop();
  expect(last).toBe("npm run dev");
  const script = ["set -e", ...before, ...commands].join("\n");
  execFileSync("sh", ["-c", script], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const app = new URL("desk/", folder);
  for (const [name, body] of files) {
    mkdirSync(new URL(".", new URL(name, app)), { recursive: true });
    writeFileSync(new URL(name, app), body);
  }
  const server = spawn("sh", ["-c", `exec ${last}`], { cwd: app, env });
  try {
    const url = await listening(server);
    const { text, complaints } = await looked(url, SHOWN);
    expect(text).toBe(SHOWN);
    expect(complaints).toEqual([]);
  } finally {
    server.kill();
  }
});

afterAll(closed);

function listening(server) {
  return new Promise((done, failed) => {
    let said = "";
    server.on("exit", () => failed(new Error(said)));
    for (const stream of [server.stdout, server.stderr]) {
      stream.on("data", (data) => {
        said += String(data).replace(/\x1b\[\d+m/g, "");
        const found = /http:\/\/127\.0\.0\.1:(?!0\b)\d+/.exec(said);
        if (found) done(found[0]);
      });
    }
  });
}
