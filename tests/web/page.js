// A page in Chromium, served from folders under the policy for content that a careful page has.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";

import { chromium } from "playwright-core";

import { CHROMIUM, PROJECT } from "./project.js";

const TYPES = { ".js": "text/javascript", ".html": "text/html", ".json": "application/json", ".css": "text/css" };
export const CSP = "default-src 'self' 'wasm-unsafe-eval'";

let browser;

/** Returns what a page shows once `shown` says that this is it, and what the console complained of. */
export async function looked(url, shown) {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(url);
    const found = await page.waitForFunction((text) => document.body.innerText.includes(text), shown, { timeout: 20_000 }).catch(() => undefined);
    const text = await page.evaluate(() => document.body.innerText);
    return { text: found ? shown : text, complaints: complaints.filter((one) => !/favicon|404/.test(one)) };
  } finally {
    await context.close();
  }
}

export async function closed() {
  await browser?.close();
  browser = undefined;
}

/** Serves the first of these folders that has a file; `/` is a page with this script, unless one has an `index.html`. */
export async function served(folders, script, csp = CSP) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const files = folders.map((folder) => new URL(`.${pathname === "/" ? "/index.html" : pathname}`, new URL(folder, PROJECT)));
    const file = files.find((one) => existsSync(one) && statSync(one).isFile());
    const headers = { "content-security-policy": csp, "content-type": TYPES[extname(file?.pathname ?? "")] ?? "application/octet-stream" };
    if (file) response.writeHead(200, headers).end(readFileSync(file));
    else if (pathname === "/" && script) {
      const html = `<!doctype html><title></title><body><div id="root"></div><script type="module" src="${script}"></script>`;
      response.writeHead(200, { ...headers, "content-type": "text/html" }).end(html);
    } else response.writeHead(404).end();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => (server.closeAllConnections(), new Promise((done) => server.close(done))),
  };
}
