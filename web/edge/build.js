// Makes `dist` of `src` and `generated`; `cargo xtask` runs it.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "tsup";

const generated = new URL("generated/", import.meta.url);

/** Writes a module into the script that needs it: no bundler has to find it, and no server to serve it. */
const deflated = {
  name: "deflated",
  setup(build) {
    build.onResolve({ filter: /^deflated:/ }, ({ path }) => ({ path: path.slice("deflated:".length), namespace: "deflated" }));
    build.onLoad({ filter: /./, namespace: "deflated" }, ({ path }) => {
      return { contents: readFileSync(new URL(`${path}.deflated`, generated), "base64"), loader: "text" };
    });
  },
};

/**
 * Leaves a module in a script of its own, beside the one that needs it: on its way it is compressed better there than
 * among text.
 */
const beside = {
  name: "beside",
  setup(build) {
    build.onResolve({ filter: /^deflated:/ }, ({ path }) => ({ path: `./${scriptOf(path.slice("deflated:".length))}`, external: true }));
  },
};

const scriptOf = (name) => `${name}.module.js`;

/** In Node a module is inflated by Node itself. */
const inNode = {
  name: "in-node",
  setup(build) {
    const own = fileURLToPath(new URL("src/inflated-node.ts", import.meta.url));
    build.onResolve({ filter: /\/inflated$/ }, () => ({ path: own }));
  },
};

/** What `require` loads requires what it shares in turn. What is named as external comes before this, as it stands. */
const required = {
  name: "required",
  setup(build) {
    build.onResolve({ filter: /^\.\/(index|access)\.js$/ }, ({ path }) => ({ path: path.replace(/js$/, "cjs"), external: true }));
  },
};

const common = {
  target: "es2022",
  minify: true,
  sourcemap: true,
  silent: true,
  config: false,
};

// What wasm-bindgen warns of are ways to call it that this package does not use.
const quiet = { pure: ["console.warn"] };
const frameworks = ["react", "react/jsx-runtime", "vue"];
// The entries that hold what all share: the engine, and the class of what is thrown.
const shared = ["./index.js", "./access.js"];

/** Declarations of what is public, and of nothing of the guests. */
const types = { only: true, compilerOptions: { stripInternal: true } };

const react = {
  ...common,
  // React's tools show the names of components.
  esbuildOptions: (options) => void Object.assign(options, { minify: false, minifyWhitespace: true, minifySyntax: true }),
  entry: ["src/react.tsx"],
  external: [...frameworks, ...shared],
  banner: { js: '"use client";' },
};

/** The package of a console: its source is here, beside what it shares. */
const AUTHOR = "../author/dist";

for (const folder of ["dist", AUTHOR]) rmSync(folder, { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entry: ["src/index.ts", "src/access.ts", "src/worker.ts"],
    format: "esm",
    platform: "neutral",
    splitting: true,
    // `./index.js` is the entry itself, and stays one file that every entry shares.
    external: ["./index.js"],
    esbuildPlugins: [beside],
    esbuildOptions: (options) => void Object.assign(options, quiet),
  }),
  build({ ...react, format: "esm", platform: "neutral" }),
  build({ ...react, format: "cjs", platform: "node", external: frameworks, esbuildPlugins: [required] }),
  build({
    ...common,
    entry: ["src/vue.ts", "src/testing.ts", "src/devtools.ts"],
    format: "esm",
    platform: "neutral",
    external: [...frameworks, ...shared],
    splitting: false,
  }),
  build({
    ...common,
    entry: { index: "src/index.ts", access: "src/access.ts", worker: "src/worker.ts", vue: "src/vue.ts", testing: "src/testing.ts", devtools: "src/devtools.ts" },
    format: "cjs",
    platform: "node",
    external: frameworks,
    esbuildPlugins: [required, inNode, deflated],
    esbuildOptions: (options) => void Object.assign(options, quiet, { inject: ["src/node-globals.ts"] }),
  }),
  build({
    ...common,
    entry: ["src/index.ts", "src/access.ts", "src/worker.ts", "src/react.tsx", "src/vue.ts", "src/testing.ts", "src/devtools.ts"],
    format: "esm",
    external: [...frameworks, ...shared],
    dts: types,
  }),
  build({
    ...common,
    outDir: AUTHOR,
    entry: ["src/author.ts", "src/author-node.ts"],
    format: "esm",
    platform: "neutral",
    splitting: true,
    external: ["node:zlib"],
    esbuildPlugins: [beside],
    esbuildOptions: (options) => void Object.assign(options, quiet),
  }),
  build({
    ...common,
    outDir: AUTHOR,
    entry: { author: "src/author-node.ts" },
    format: "cjs",
    platform: "node",
    esbuildPlugins: [inNode, deflated],
    esbuildOptions: (options) => void Object.assign(options, quiet, { inject: ["src/node-globals.ts"] }),
  }),
  build({ ...common, outDir: AUTHOR, entry: ["src/author.ts"], format: "esm", dts: types }),
]);

for (const [name, folder] of [["edge", "dist"], ["author", AUTHOR]]) {
  const text = readFileSync(new URL(`${name}.deflated`, generated), "base64");
  writeFileSync(`${folder}/${scriptOf(name)}`, `export default"${text}";\n`);
}
for (const name of ["edge", "worker"]) copyFileSync(new URL(`${name}.wasm`, generated), `dist/${name}.wasm`);
copyFileSync(new URL("author.wasm", generated), `${AUTHOR}/author.wasm`);
for (const folder of ["dist", AUTHOR]) {
  copyFileSync("src/module.d.ts", `${folder}/module.d.ts`);
  // The same types for `require`, each of which names the others by their own extension.
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".d.ts"))) {
    const text = readFileSync(`${folder}/${name}`, "utf8");
    writeFileSync(`${folder}/${name.replace(/ts$/, "cts")}`, text.replaceAll(/(["']\.\/[\w-]+)\.js(["'])/g, "$1.cjs$2"));
  }
}
