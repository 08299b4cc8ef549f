// A project of its own, as a user has one: the package from its tarball, an app for each tool, a policy, a slice of it.
import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The project; `cargo xtask` has installed what its lock names. */
export const PROJECT = new URL("../../target/web/matrix/", import.meta.url);
export const CHROMIUM = process.env.PORTCULLIS_CHROMIUM;
/** What every app shows. */
export const ANSWER = "tickets:read yes, tickets:delete no";

const POLICY = {
  catalog: {
    id: "helpdesk",
    attributes: { resource: ["owner"] },
    scopes: { own: "shares(subject.id, resource.owner)", all: "true" },
    actions: { read: "read", delete: "delete" },
    modules: { tickets: { label: "Tickets" } },
    roles: { agent: { grants: { all: "tickets:read" } } },
    administration: {},
  },
  tenant: { id: "acme" },
};

/** Run by Vitest before the first test. */
export default function setup() {
  const program = process.env.PORTCULLIS;
  const run = (...args) => execFileSync(program, args, { cwd: PROJECT, stdio: ["ignore", "pipe", "inherit"] });
  for (const folder of ["apps", "keys", "slicer", "public"]) rmSync(new URL(folder, PROJECT), { recursive: true, force: true, maxRetries: 3 });
  cpSync(new URL("apps/", import.meta.url), new URL("apps/", PROJECT), { recursive: true });
  install();
  mkdirSync(new URL("public/", PROJECT));
  writeFileSync(new URL("policy.json", PROJECT), JSON.stringify(POLICY));
  run("keygen", "-o", "keys");
  run("keygen", "-o", "slicer", "--use", "slices-only");
  run("build", "policy.json", "-k", "keys/signing.key", "-o", "whole.pclb");
  const subject = JSON.stringify({ type: "user", id: "jo", properties: { roles: ["agent"] } });
  run("slice", "whole.pclb", "--trust", "keys/trust.json", "-k", "slicer/signing.key", "--subject", subject, "-o", "public/access.pclb");
  cpSync(new URL("slicer/trust.json", PROJECT), new URL("public/trust.json", PROJECT));
}

/** Installs the packages as npm would: from the tarballs that would be published. */
function install() {
  const scope = new URL("node_modules/@portcullis/", PROJECT);
  rmSync(scope, { recursive: true, force: true });
  mkdirSync(scope, { recursive: true });
  for (const [name, folder] of [["edge", "npm"], ["author", "npm-author"]]) {
    const published = new URL(`../../dist/${folder}/`, import.meta.url);
    const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", fileURLToPath(PROJECT)], { cwd: published });
    const [{ filename }] = JSON.parse(packed);
    execFileSync("tar", ["xzf", fileURLToPath(new URL(filename, PROJECT)), "-C", fileURLToPath(scope)]);
    renameSync(new URL("package", scope), new URL(name, scope));
    renameSync(new URL(filename, PROJECT), new URL(`${name}.tgz`, PROJECT));
  }
}

/** Runs a file of a package by Node; returns all that it printed, or throws with that. */
export function ran(file, args, options = {}) {
  const { cwd = PROJECT, env = {} } = options;
  const quiet = { NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1", CI: "1" };
  return new Promise((done, failed) => {
    const path = fileURLToPath(new URL(file, PROJECT));
    execFile(process.execPath, [path, ...args], { cwd, env: { ...clean(), ...quiet, ...env } }, (error, stdout, stderr) => {
      if (error) failed(new Error(`${file} ${args.join(" ")}: ${error.code}\n${stdout}\n${stderr}`));
      else done(stdout + stderr);
    });
  });
}

/** What Vitest sets for itself is not what an app is run with. */
export function clean() {
  const { NODE_ENV, VITEST, VITEST_MODE, NODE_OPTIONS, ...env } = process.env;
  return env;
}

export const read = (path) => readFileSync(new URL(path, PROJECT));
