// `cargo xtask bench author`: what a console asks the compiler for, of 6,000 permissions and 200 roles, in Node here.
import { compile, start } from "@portcullis/author";

import { largePolicy } from "./large.js";

await start();
/** The most that a page may wait for, in milliseconds. */
const BOUNDS = { matrix: 200, diff: 100 };
const SAMPLES = 5;

const text = largePolicy();
const now = 1_700_000_000;
const actor = "owner@acme.example";
const change = (step) => ({ operation: "grant", role: "role-20", grants: { team: `area-${step}.part-3:write` } });

const policy = compile(text);
const permissions = policy.matrix(["owner"]).rows.length;
console.error(`${permissions} permissions, ${policy.matrix([]).roles.length} roles, ${text.length} bytes`);

const { policy: changed } = policy.administer({ actor, change: change(0), now });
const figures = {
  compile: least(() => compile(text).free()),
  // One that touches the holders of a role, and all that is said of it.
  change: least((step) => policy.administer({ actor, change: change(step), now }).policy.free()),
  matrix: least(() => policy.matrix([])),
  "matrix-role": least(() => policy.matrix(["role-20"])),
  diff: least(() => policy.diff(changed)),
  outline: least(() => policy.outline({ now })),
  lint: least(() => policy.lint()),
};

let fits = true;
for (const [name, milliseconds] of Object.entries(figures)) {
  const most = BOUNDS[name];
  if (milliseconds > most) fits = false;
  console.error(`${milliseconds.toFixed(1).padStart(10)} ms  author/${name}${most === undefined ? "" : `, at most ${most}`}`);
}
if (process.argv.includes("--json")) console.log(JSON.stringify(Object.fromEntries(Object.entries(figures).map(([name, value]) => [`author/${name}`, Math.round(value * 1e6)]))));
if (!fits) process.exitCode = 1;

/** Returns milliseconds, the least of the samples. */
function least(run) {
  let found = Infinity;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const begin = performance.now();
    run(sample);
    found = Math.min(found, performance.now() - begin);
  }
  return found;
}
