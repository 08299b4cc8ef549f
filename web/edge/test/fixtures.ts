import { readFileSync } from "node:fs";

import type { Fixtures } from "./conformance";

/** The root of the repository. */
export const ROOT = new URL("../../../", import.meta.url);

/** Returns what `cargo xtask test browser` has written before. */
export function fixtures(): Fixtures {
  return JSON.parse(readFileSync(new URL("target/web/fixtures.json", ROOT), "utf8"));
}

/** Chromium, if there is one; `cargo xtask` names it. */
export const CHROMIUM = process.env.PORTCULLIS_CHROMIUM;

/** workerd, if there is one; `cargo xtask` names it. */
export const WORKERD = process.env.PORTCULLIS_WORKERD;

/** The program `portcullis`, if it is built; `cargo xtask` names it. */
export const PROGRAM = process.env.PORTCULLIS;
