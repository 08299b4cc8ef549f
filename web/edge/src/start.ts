import { PortcullisError } from "./errors";
import { isStarted, startSync } from "./portcullis";

let starting: Promise<void> | undefined;

/**
 * Loads the engine: from the file beside this one, unless another place is given. Further calls wait
 * for the first; after a failure the next call tries again.
 *
 * @throws PortcullisError `offline` where it cannot be fetched.
 */
export function start(source?: string | URL | Response | Promise<Response>): Promise<void> {
  if (isStarted()) return Promise.resolve();
  starting ??= load(source).finally(() => {
    starting = undefined;
  });
  return starting;
}

async function load(source?: string | URL | Response | Promise<Response>): Promise<void> {
  let module: WebAssembly.Module;
  try {
    const from = source ?? new URL("./edge.wasm", import.meta.url);
    const response = await (typeof from === "string" || from instanceof URL ? fetch(from) : from);
    if (!response.ok) throw new Error(`status ${response.status}`);
    // A server that does not know the type of WebAssembly is no reason to fail.
    const streams = response.headers.get("content-type") === "application/wasm";
    module = await (streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer()));
  } catch (cause) {
    throw new PortcullisError("offline", "the engine could not be loaded", { cause });
  }
  startSync(module);
}
