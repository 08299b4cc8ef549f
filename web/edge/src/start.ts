import ENGINE from "deflated:edge";

import { compiled, type ModuleSource } from "./compiled";
import { isStarted, startSync } from "./engine";

let starting: Promise<void> | undefined;

/**
 * Makes the engine ready before it is needed; `Portcullis.load` does so too. The script carries the engine, so nothing
 * is fetched, unless another place is given. Further calls wait for the first; after a failure the next call tries
 * again.
 *
 * @throws PortcullisError `blocked`, `unsupported`, and for another place `not-found`, `not-wasm` or `offline`.
 */
export function start(source?: ModuleSource): Promise<void> {
  if (isStarted()) return Promise.resolve();
  starting ??= compiled(ENGINE, source)
    .then(startSync)
    .finally(() => {
      starting = undefined;
    });
  return starting;
}
