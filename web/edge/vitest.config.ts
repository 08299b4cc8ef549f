import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    // What is tested is what is published, as Node loads it.
    server: { deps: { external: [/@portcullis\//, /web\/(edge|author)\/dist/] } },
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Real browsers want the machine for themselves.
    fileParallelism: false,
  },
});
