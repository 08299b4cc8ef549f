import { copyFileSync } from "node:fs";
import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/node.ts", "src/access.ts", "src/react.tsx", "src/worker.ts", "src/author.ts", "src/author-node.ts"],
  format: "esm",
  target: "es2022",
  platform: "neutral",
  minify: true,
  esbuildOptions: (options) => {
    // What wasm-bindgen warns of are ways to call it that this package does not use.
    options.pure = ["console.warn"];
  },
  splitting: true,
  dts: true,
  clean: true,
  // `./index.js` is the entry itself: Node's is no part of it, and needs no third file.
  external: ["react", "react/jsx-runtime", "node:fs", "./index.js"],
  onSuccess: async () => {
    for (const name of ["edge.wasm", "worker.wasm", "author.wasm"]) copyFileSync(`generated/${name}`, `dist/${name}`);
  },
});
