import { startSync } from "@portcullis/edge";

import { conform } from "./conformance";
// @ts-expect-error workerd gives the compiled module, which TypeScript does not know of
import module from "./edge.wasm";
// @ts-expect-error embedded by the test
import fixtures from "./fixtures.json";

startSync(module as WebAssembly.Module);

export default {
  async fetch(): Promise<Response> {
    return Response.json(await conform(fixtures));
  },
};
