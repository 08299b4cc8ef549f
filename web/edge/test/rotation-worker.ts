import { Gate, startSync } from "@portcullis/edge/worker";

// @ts-expect-error embedded by the test
import config from "./gate.json";
// @ts-expect-error embedded by the test
import place from "./place.json";
// @ts-expect-error workerd gives the compiled module, which TypeScript does not know of
import module from "./worker.wasm";

startSync(module as WebAssembly.Module);
const gate = new Gate(config);

export default {
  async fetch(request: Request, _: unknown, context: { waitUntil(work: Promise<void>): void }): Promise<Response> {
    if (new URL(request.url).pathname === "/status") return Response.json(gate.status());
    return gate.handle(request, () => new Response("from the origin"), {
      // The provider has no certificate here.
      fetchKeys: (url, init) => fetch(url.replace("https://id.example", place.provider), init),
      waitUntil: (work) => context.waitUntil(work),
    });
  },
};
