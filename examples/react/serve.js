// `cargo xtask demo web`: the app's server, on loopback. `--once` shows it in a browser and ends.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Portcullis } from "@portcullis/edge";
import { build } from "esbuild";

const root = new URL("../../", import.meta.url);
const engine = createRequire(import.meta.url).resolve("@portcullis/edge/edge.wasm");

/** Starts the app for one user; `folder` holds its policy and keys, made anew. */
export async function serveApp({
  folder,
  program,
  subject = { id: "jo", roles: ["auditor"] },
  policy = new URL("../cx-platform/policy.json", import.meta.url),
  port = 0,
}) {
  const file = (name) => fileURLToPath(new URL(name, folder));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(policy, new URL("policy.json", folder));
  const portcullis = (...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  portcullis("keygen", "-o", file("keys"));
  portcullis("keygen", "-o", file("slicer"), "--use", "slices-only");

  // Built again whenever the policy has changed; the sequence grows with it.
  let built = 0;
  let sequence = Math.floor(Date.now() / 1000) - 1_000_000;
  const trust = JSON.parse(readFileSync(file("slicer/trust.json"), "utf8"));
  const current = async () => {
    const changed = statSync(file("policy.json")).mtimeMs;
    if (changed !== built) {
      const whole = ["build", file("policy.json"), "-k", file("keys/signing.key"), "-o", file("whole.pclb")];
      portcullis(...whole, "--sequence", String(++sequence));
      const asked = { type: "user", id: subject.id, properties: { ...subject, id: undefined, type: undefined } };
      const slice = ["slice", file("whole.pclb"), "--trust", file("keys/trust.json"), "-k", file("slicer/signing.key")];
      portcullis(...slice, "--subject", JSON.stringify(asked), "-o", file("slice.pclb"));
      built = changed;
    }
    const bytes = readFileSync(file("slice.pclb"));
    const loaded = await Portcullis.load(bytes, { trust });
    return { bytes, etag: `"${loaded.header.digest}"`, session: loaded.session(subject) };
  };

  await bundled(folder);
  const { rendered } = await import(`${pathToFileURL(file("app/render.js"))}?${Date.now()}`);
  const features = () => {
    const { catalog, tenant } = JSON.parse(readFileSync(file("policy.json"), "utf8"));
    return [catalog.features].flat().map((name) => ({ name, on: [tenant.features ?? []].flat().includes(name) }));
  };

  const answers = {
    "GET /": async () => {
      const { session } = await current();
      const start = JSON.stringify({ snapshot: session.snapshot(), subject, trust }).replaceAll("<", "\\u003c");
      return ["text/html; charset=utf-8", page(rendered(session), start)];
    },
    "GET /page.js": () => ["text/javascript", readFileSync(file("app/page.js"))],
    "GET /style.css": () => ["text/css", STYLE],
    "GET /favicon.ico": () => ["image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    "GET /edge.wasm": () => ["application/wasm", readFileSync(engine)],
    "GET /vendor/features.json": () => ["application/json", JSON.stringify(features())],
  };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    try {
      const change = pathname.match(/^\/vendor\/features\/([\w-]+)$/);
      if (change && ["PUT", "DELETE"].includes(request.method)) {
        const operation = request.method === "PUT" ? "enable" : "disable";
        portcullis("feature", operation, file("policy.json"), change[1], "--vendor", "the-demo");
        return response.writeHead(204).end();
      }
      if (pathname === "/access.pclb") {
        const { bytes, etag } = await current();
        const headers = { etag, "cache-control": "no-cache", "content-type": "application/octet-stream" };
        if (request.headers["if-none-match"] === etag) return response.writeHead(304, headers).end();
        return response.writeHead(200, headers).end(bytes);
      }
      const answer = await answers[`${request.method} ${pathname}`]?.();
      if (!answer) return response.writeHead(404).end();
      const [type, body] = answer;
      return response.writeHead(200, { "content-type": type, "content-security-policy": CSP }).end(body);
    } catch (error) {
      console.error(error);
      return response.writeHead(500).end();
    }
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    policy: file("policy.json"),
    feature: (name, on) => portcullis("feature", on ? "enable" : "disable", file("policy.json"), name, "--vendor", "the-demo"),
    close: () => (server.closeAllConnections(), new Promise((done) => server.close(done))),
  };
}

// The browser's part carries all it needs; the server's uses the packages that are there.
async function bundled(folder) {
  const src = (name) => fileURLToPath(new URL(`src/${name}`, import.meta.url));
  const common = { bundle: true, format: "esm", jsx: "automatic", logLevel: "error", outdir: fileURLToPath(new URL("app/", folder)) };
  const define = { "process.env.NODE_ENV": '"development"' };
  await build({ ...common, define, entryPoints: [src("page.jsx")], conditions: ["browser"] });
  await build({ ...common, entryPoints: [src("render.jsx")], platform: "node", packages: "external" });
}

function page(app, start) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Portcullis</title>
<link rel="stylesheet" href="/style.css">
<div id="app">${app}</div>
<script type="application/json" id="start">${start}</script>
<script type="module" src="/page.js"></script>
</html>
`;
}

const CSP = "default-src 'self' 'wasm-unsafe-eval'";

const STYLE = `
#app { display: flex; font: 16px/1.5 system-ui, sans-serif; gap: 2rem; margin: 2rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav button { background: none; border: 0; cursor: pointer; font: inherit; padding: .25rem .75rem; }
nav button[aria-current=true] { background: #e8eefc; border-radius: .25rem; }
fieldset { border: 1px solid #ccc; display: grid; margin-top: 2rem; }
`;

async function shownOnce(app, chromiumPath) {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  try {
    const page = await browser.newPage();
    await page.goto(app.url);
    const labels = () => page.locator("nav button").allTextContents();
    console.log(`modules:                              ${(await labels()).join(", ")}`);
    for (const [on, word] of [[false, "disabled"], [true, "enabled"]]) {
      app.feature("analytics", on);
      await page.waitForFunction(
        (visible) => [...document.querySelectorAll("nav button")].some((one) => one.textContent === "Analytics") === visible,
        on,
        { timeout: 20_000 },
      );
      console.log(`with the feature analytics ${`${word}:`.padEnd(11)}${(await labels()).join(", ")}`);
    }
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL("target/demo/web/", root);
  if (!existsSync(process.env.PORTCULLIS ?? "")) throw new Error("PORTCULLIS must name the program; `cargo xtask demo web` does");
  const app = await serveApp({ folder, program: process.env.PORTCULLIS, port: Number(process.env.PORT ?? 0) });
  console.log(`The app of one auditor: ${app.url}  (the vendor's switches: ${app.url}#vendor)`);
  if (process.argv.includes("--once")) {
    if (!process.env.PORTCULLIS_CHROMIUM) throw new Error("there is no Chromium to show it in");
    await shownOnce(app, process.env.PORTCULLIS_CHROMIUM);
    await app.close();
  } else {
    console.log("Turn a feature off and look again:\n  portcullis feature disable target/demo/web/policy.json analytics --vendor me\nCtrl-C ends it.");
  }
}
