import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { PROGRAM, ROOT } from "./fixtures";

const MARK = "// @ts-expect-error";

test.skipIf(!PROGRAM)("an unknown permission, module, scope, feature or attribute does not compile", async () => {
  const questions = readFileSync(new URL("types/questions.tsx", import.meta.url), "utf8");
  const marks = questions.split(MARK).length - 1;
  expect(marks).toBeGreaterThan(12);
  expect(await compiled("marked", questions)).toEqual([]);
  // Each mark stands for one error, so without them there are as many.
  const errors = await compiled("unmarked", questions.replaceAll(MARK, "//"));
  expect(errors).toHaveLength(marks);
});

test.skipIf(!PROGRAM)("without a vocabulary every name compiles, and a row that an application declares", async () => {
  const source = `import type { Session } from "@portcullis/edge";
declare const session: Session;
interface Row { readonly id: number; readonly owner: string }
declare const row: Row;
session.can("any:thing", { any: 1 });
session.can("any:thing", row);
`;
  expect(await compiled("free", source, false)).toEqual([]);
});

test.skipIf(!PROGRAM)("the content of trust.json is trust", async () => {
  const source = `import { Portcullis } from "@portcullis/edge";
import { Access } from "@portcullis/edge/access";
import one from "./trust.json";
import two from "./trust-of-two.json";
Portcullis.load(new Uint8Array(), { trust: one });
new Access({ url: "/access.pclb", trust: two, subject: { id: "jo" } });
`;
  const keys = fileURLToPath(new URL("target/web/types-trust-keys/", ROOT));
  rmSync(keys, { recursive: true, force: true });
  execFileSync(PROGRAM as string, ["keygen", "-o", keys, "--use", "slices-only"]);
  const trust = JSON.parse(readFileSync(`${keys}/trust.json`, "utf8"));
  const second = { key: trust.keys[0].key, tenants: ["acme"] };
  const files = { "trust.json": trust, "trust-of-two.json": { ...trust, keys: [...trust.keys, second] } };
  expect(await compiled("trust", source, true, files)).toEqual([]);
});

/** Returns the errors of a project in which only this is compiled. */
async function compiled(name: string, source: string, registered = true, files: Record<string, object> = {}): Promise<string[]> {
  // Below the package, so that its dependencies are found as a project's are.
  const folder = new URL(`target/web/types-${name}/`, ROOT);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const policy = fileURLToPath(new URL("examples/cx-platform/policy.json", ROOT));
  const types = execFileSync(PROGRAM as string, ["types", policy], { encoding: "utf8" });
  if (registered) writeFileSync(new URL("portcullis.d.ts", folder), types);
  writeFileSync(new URL("questions.tsx", folder), source);
  for (const [file, content] of Object.entries(files)) writeFileSync(new URL(file, folder), JSON.stringify(content));
  const project = { extends: "../../../tsconfig.json", compilerOptions: { noEmit: true, skipLibCheck: false, resolveJsonModule: true }, include: ["*.ts", "*.tsx"] };
  writeFileSync(new URL("tsconfig.json", folder), JSON.stringify(project));
  const tsc = fileURLToPath(new URL("node_modules/.bin/tsc", ROOT));
  // It fails where there are errors, which are what is asked for.
  const stdout = await new Promise<string>((done) => {
    execFile(tsc, ["-p", fileURLToPath(folder)], { encoding: "utf8" }, (_, printed) => done(printed));
  });
  return stdout.split("\n").filter((line) => line.includes(": error "));
}
