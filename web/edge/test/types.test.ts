import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { PROGRAM, ROOT } from "./fixtures";

const MARK = "// @ts-expect-error";

test.skipIf(!PROGRAM)("an unknown permission, module, scope, feature or attribute does not compile", () => {
  const questions = readFileSync(new URL("types/questions.tsx", import.meta.url), "utf8");
  const marks = questions.split(MARK).length - 1;
  expect(marks).toBeGreaterThan(12);
  expect(compiled("marked", questions)).toEqual([]);
  // Each mark stands for one error, so without them there are as many.
  const errors = compiled("unmarked", questions.replaceAll(MARK, "//"));
  expect(errors).toHaveLength(marks);
});

test.skipIf(!PROGRAM)("without a vocabulary every name compiles", () => {
  const source = 'import type { Session } from "@portcullis/edge";\ndeclare const session: Session;\nsession.can("any:thing", { any: 1 });\n';
  expect(compiled("free", source, false)).toEqual([]);
});

/** Returns the errors of a project in which only this is compiled. */
function compiled(name: string, source: string, registered = true): string[] {
  // Below the package, so that its dependencies are found as a project's are.
  const folder = new URL(`target/web/types-${name}/`, ROOT);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const policy = fileURLToPath(new URL("examples/cx-platform/policy.json", ROOT));
  const types = execFileSync(PROGRAM as string, ["types", policy], { encoding: "utf8" });
  if (registered) writeFileSync(new URL("portcullis.d.ts", folder), types);
  writeFileSync(new URL("questions.tsx", folder), source);
  const project = { extends: "../../../tsconfig.json", compilerOptions: { noEmit: true, skipLibCheck: false }, include: ["*.ts", "*.tsx"] };
  writeFileSync(new URL("tsconfig.json", folder), JSON.stringify(project));
  const tsc = fileURLToPath(new URL("node_modules/.bin/tsc", ROOT));
  const { stdout } = spawnSync(tsc, ["-p", fileURLToPath(folder)], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.includes(": error "));
}
