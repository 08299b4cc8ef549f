import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    server: { deps: { external: [/web\/(edge|author)\/dist/] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One browser has the machine for itself.
    fileParallelism: false,
  },
});
