import { copyFileSync } from "node:fs";
import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/node.ts", "src/react.tsx", "src/worker.ts", "src/author.ts", "src/author-node.ts"],
  format: "esm",
  target: "es2022",
  platform: "neutral",
  minify: true,
  treeshake: true,
  splitting: true,
  dts: true,
  clean: true,
  external: ["react", "react/jsx-runtime", "node:fs"],
  onSuccess: async () => {
    for (const name of ["edge.wasm", "worker.wasm", "author.wasm"]) copyFileSync(`generated/${name}`, `dist/${name}`);
  },
});
