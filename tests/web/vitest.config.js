import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["*.test.js"],
    globalSetup: ["project.js"],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Bundlers use every core by themselves.
    fileParallelism: false,
  },
});
