import AUTHOR from "deflated:author";

import { compiled, type ModuleSource } from "../compiled";
import { isStarted, startSync } from "./guest";

let starting: Promise<void> | undefined;

/**
 * Makes the compiler ready. The script carries it, so nothing is fetched, unless another place is given. Further calls
 * wait for the first; after a failure the next call tries again.
 *
 * @throws PortcullisError `blocked`, `unsupported`, and for another place `not-found`, `not-wasm` or `offline`.
 */
export function start(source?: ModuleSource): Promise<void> {
  if (isStarted()) return Promise.resolve();
  starting ??= compiled(AUTHOR, source)
    .then(startSync)
    .finally(() => {
      starting = undefined;
    });
  return starting;
}
