import { readFileSync } from "node:fs";

import { startSync } from "./index.js";

// A server renders at once, so the engine is ready once this is imported.
startSync(readFileSync(new URL("./edge.wasm", import.meta.url)));

export * from "./index.js";
