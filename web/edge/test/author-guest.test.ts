import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { PortcullisError } from "../src/errors";
import { ask, isStarted, release, schema, startSync } from "../src/author/guest";

// On the source, and alone: after a trap a module answers nobody any more.
test("before it starts and after a trap every question is a typed error", () => {
  const code = (question: () => unknown) => {
    try {
      question();
    } catch (error) {
      if (error instanceof PortcullisError) return error.code;
      throw error;
    }
    return "it answered";
  };
  expect([isStarted(), code(schema)]).toEqual([false, "not-started"]);
  startSync(readFileSync(new URL("../../author/dist/author.wasm", import.meta.url)));
  expect([isStarted(), code(schema)]).toEqual([true, "it answered"]);

  const refused = () => {
    throw new PortcullisError("malformed", "");
  };
  expect([code(() => ask(refused)), code(schema)]).toEqual(["malformed", "it answered"]);

  const trapped = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  expect([code(() => ask(trapped)), code(schema)]).toEqual(["trap", "trap"]);
  let freed = false;
  release({ free: () => (freed = true) } as { free(): void });
  expect(freed).toBe(false);
});
