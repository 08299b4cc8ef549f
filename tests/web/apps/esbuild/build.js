import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
// What Vue asks every bundler to say.
const VUE = { __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" };
const common = { bundle: true, format: "esm", target: "es2022", jsx: "automatic", outdir: at("dist"), define: { "process.env.NODE_ENV": '"production"' } };
const made = await Promise.all([
  build({ ...common, entryPoints: [at("../page.js"), at("../vue.js")], define: { ...common.define, ...VUE } }),
  build({ ...common, entryPoints: [at("../main.jsx")], outdir: at("dist/19") }),
  // Whatever names React gets React 18, in its own folder.
  build({ ...common, entryPoints: [at("../main.jsx")], outdir: at("dist/18"), alias: aliases("react", "react-dom") }),
]);
const warnings = made.flatMap((one) => one.warnings);
if (warnings.length > 0) throw new Error(JSON.stringify(warnings));

function aliases(...names) {
  return Object.fromEntries(names.map((name) => [name, at(`../../react18/node_modules/${name}`)]));
}
