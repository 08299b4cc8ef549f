// `cargo xtask bench web`: Node here, then Chromium, beside a peer in the same run.
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { chromium } from "playwright-core";

import { measure } from "./measure.js";

const root = new URL("../../../", import.meta.url);
const text = readFileSync(new URL("target/web/bench.json", root), "utf8");
const figures = await measure(JSON.parse(text), "node");
if (process.env.PORTCULLIS_CHROMIUM) Object.assign(figures, await inChromium(process.env.PORTCULLIS_CHROMIUM));
else console.error("chromium is left out: there is none");

const rounded = Object.fromEntries(
  Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, Math.round(value * 100) / 100]),
);
for (const [name, value] of Object.entries(rounded)) console.error(`${value.toFixed(1).padStart(14)} ns  ${name}`);
if (process.argv.includes("--json")) console.log(JSON.stringify(rounded));

async function inChromium(executablePath) {
  const folder = new URL("target/web/bench/", root);
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL("page.js", import.meta.url))],
    outdir: fileURLToPath(folder),
    bundle: true,
    format: "esm",
    conditions: ["browser"],
    minify: true,
    logLevel: "error",
  });
  const bodies = {
    "/": ["text/html", '<!doctype html><title></title><script type="module" src="/page.js"></script>'],
    "/page.js": ["text/javascript", readFileSync(new URL("page.js", folder))],
    "/bench.json": ["application/json", text],
  };
  // Isolated pages have the finer clock.
  const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const server = createServer((request, response) => {
    const [type, body] = bodies[request.url] ?? [];
    response.writeHead(body ? 200 : 404, { "content-type": type ?? "text/plain", ...isolated }).end(body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(String(error)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => document.title !== "", null, { timeout: 300_000 });
    return JSON.parse(await page.title());
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}
