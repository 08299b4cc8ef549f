import { fileURLToPath } from "node:url";

import { nodeResolve } from "@rollup/plugin-node-resolve";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
export default {
  input: at("../page.js"),
  // One file, as a script of a page that has no bundler of its own.
  output: { file: at("dist/page.js"), format: "es" },
  plugins: [nodeResolve({ browser: true })],
  onwarn: (warning) => {
    throw new Error(warning.message);
  },
};
