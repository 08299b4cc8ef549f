import { readFileSync } from "node:fs";

import { ask } from "../ask.js";

const at = (path) => new URL(`../../public/${path}`, import.meta.url);
console.log(await ask(JSON.parse(readFileSync(at("trust.json"), "utf8")), readFileSync(at("access.pclb"))));
