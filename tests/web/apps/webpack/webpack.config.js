import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
export default {
  mode: "production",
  context: here,
  entry: { page: "../page.js", worker: "../worker/page.js", required: "./required.cjs" },
  output: { path: `${here}dist`, publicPath: "/" },
  stats: "errors-warnings",
};
