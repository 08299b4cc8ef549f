import { initSync } from "../generated/edge.js";
import { PortcullisError } from "./errors";

let started = false;

/**
 * Makes the engine ready at once, from its module: in a Worker that imports it, or wherever nothing may be compiled at
 * run time. Further calls do nothing.
 *
 * @throws PortcullisError `not-wasm` where it is not the module of this version.
 */
export function startSync(module: WebAssembly.Module | BufferSource): void {
  if (started) return;
  try {
    initSync({ module });
  } catch (cause) {
    throw new PortcullisError("not-wasm", "this is not the engine's module of this version", { cause });
  }
  started = true;
}

/** Says whether the engine is ready. */
export function isStarted(): boolean {
  return started;
}
