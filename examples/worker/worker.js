import { Gate, startSync } from "@portcullis/edge/worker";

// A Worker may not compile WebAssembly while it runs, so the module is imported.
import config from "./gate.json";
import module from "./worker.wasm";

startSync(module);
const gate = new Gate(config);
let lookedAt = 0;

export default {
  async fetch(request, env, context) {
    // Beside the request, not before it: what was accepted answers until a newer one is.
    const now = Date.now();
    if (now - lookedAt >= 1000 * Number(env.REFRESH_SECONDS)) {
      lookedAt = now;
      const refreshed = gate.refresh(env.BUNDLE_URL, (url, init) => env.ORIGIN.fetch(url, init));
      context.waitUntil(refreshed.catch((error) => console.error(error.message)));
    }
    return gate.handle(request, (allowed) => env.ORIGIN.fetch(allowed), {
      // Only where keys are fetched; from the issuer itself, as `fetch` reaches it.
      waitUntil: (work) => context.waitUntil(work),
      log: ({ level, entry }) => level === "off" || level === "debug" || console.log(JSON.stringify(entry)),
    });
  },
};
