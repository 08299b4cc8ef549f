import { PortcullisError } from "../errors";
import { isStarted, startSync } from "./guest";

let starting: Promise<void> | undefined;

/**
 * Loads the compiler: from the file beside this one, unless another place is given. Further calls wait
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

// Not shared with the engine's own `start`: a page that only asks would load one file more.
async function load(source?: string | URL | Response | Promise<Response>): Promise<void> {
  let module: WebAssembly.Module;
  try {
    const from = source ?? new URL("./author.wasm", import.meta.url);
    const response = await (typeof from === "string" || from instanceof URL ? fetch(from) : from);
    if (!response.ok) throw new Error(`status ${response.status}`);
    const streams = response.headers.get("content-type") === "application/wasm";
    module = await (streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer()));
  } catch (cause) {
    throw new PortcullisError("offline", "the compiler could not be loaded", { cause });
  }
  startSync(module);
}
