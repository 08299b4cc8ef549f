import { readFileSync } from "node:fs";

import { startSync } from "./author/guest";

// As the engine is in Node: ready once this is imported.
startSync(readFileSync(new URL("./author.wasm", import.meta.url)));

export * from "./author";
