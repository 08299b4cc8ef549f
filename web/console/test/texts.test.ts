import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/** Returns the texts of a catalog by their English. */
function textsOf(text: string): Map<string, string> {
  const joined = (lines: string) => [...lines.matchAll(/"(.*)"/g)].map(([, line]) => line).join("");
  const entries = [...text.matchAll(/^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)/gm)].map(([, id = "", words = ""]) => [joined(id), joined(words)] as const);
  return new Map(entries.filter(([id]) => id !== ""));
}

const read = (locale: string) => textsOf(readFileSync(join(FOLDER, `src/texts/${locale}.po`), "utf8"));

test("every text is there in German, with the same values and tags in it", () => {
  // A branch of a plural that is one word looks like a value.
  const values = (text: string) => [...new Set(text.match(/(?<!(?:=\d+|one|other) )\{\w+(?=[,}])|<\/?\d+>/g))].sort();
  for (const [english, german] of read("de")) {
    expect(german, english).not.toBe("");
    expect(values(german), english).toEqual(values(english));
  }
});

test("the catalogs have the texts of the sources, and no other", () => {
  const copy = mkdtempSync(join(tmpdir(), "portcullis-texts-"));
  const config = readFileSync(join(FOLDER, "lingui.config.ts"), "utf8").replace("<rootDir>/src/texts/{locale}", `${copy}/{locale}`);
  symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(copy, "node_modules"));
  writeFileSync(join(copy, "lingui.config.ts"), config.replace('include: ["src"]', `include: [${JSON.stringify(join(FOLDER, "src"))}]`));
  execFileSync("npx", ["lingui", "extract", "--clean", "--config", join(copy, "lingui.config.ts")], { cwd: FOLDER, stdio: "pipe" });
  const found = textsOf(readFileSync(join(copy, "en.po"), "utf8"));
  expect([...read("en").keys()].sort()).toEqual([...found.keys()].sort());
  expect([...read("de").keys()].sort()).toEqual([...found.keys()].sort());
});
