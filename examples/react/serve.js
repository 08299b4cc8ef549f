// `cargo xtask demo web`: the example's server, on loopback. `--once` shows it in a browser and ends.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { serveApp } from "./server/app.js";
import { showOnce } from "./server/once.js";

export { serveApp };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { PORTCULLIS: program = "", PORTCULLIS_CHROMIUM: chromium, PORT: port = "0" } = process.env;
  if (!existsSync(program)) throw new Error("PORTCULLIS must name the program; `cargo xtask demo web` does that");
  const folder = new URL("../../target/demo/web/", import.meta.url);
  const app = await serveApp({ folder, program, port: Number(port) });
  if (process.argv.includes("--once")) {
    if (!chromium) throw new Error("no Chromium was found to show the page in: install one, or leave out `--once`");
    await showOnce(app, chromium);
    await app.close();
  } else {
    console.log(`Open ${app.url}
Switch between people at the top right, or turn a product off with the page's own switches, or with
  portcullis feature disable target/demo/web/policy.json analytics --vendor me
Ctrl-C ends it.`);
  }
}
