import { fileURLToPath } from "node:url";

// The repository around this has a lockfile of its own: a project would not need to say where it is.
const root = fileURLToPath(new URL(process.env.PROJECT ?? "../..", import.meta.url));
export default { turbopack: { root }, outputFileTracingRoot: root };
