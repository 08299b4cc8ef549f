import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The app, which a server of static files serves; with `--mode lib`, what a product imports.
export default defineConfig(({ mode }) => ({
  // Relative, so that it can be served from any folder.
  base: "./",
  // The compiler is a megabyte of text: nothing in it is to be transformed.
  plugins: [react({ include: /\/console\/(src|test)\/.*\.tsx?$/, babel: { plugins: ["@lingui/babel-plugin-lingui-macro"] } }), lingui()],
  worker: { format: "es" as const },
  // A name says nothing that a policy for content would have to allow: what is small is a file too.
  build: mode === "lib" ? library : { outDir: "dist", assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022", chunkSizeWarningLimit: 1_500 },
}));

const library = {
  outDir: "dist/lib",
  emptyOutDir: true,
  target: "es2022",
  minify: false,
  lib: { entry: { index: "src/index.ts", worker: "src/author/worker.ts" }, formats: ["es" as const], cssFileName: "console" },
  rollupOptions: { external: [/^react/, /^@tanstack\//, /^@lingui\/(core|react)$/, "@portcullis/author"] },
};
