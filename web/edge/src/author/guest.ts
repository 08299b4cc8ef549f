import { initSync, Source } from "../../generated/author.js";
import { PortcullisError } from "../errors";
import { answered } from "./errors";

let state: "absent" | "ready" | "broken" = "absent";

/** Makes the compiler ready at once, from its module. Further calls do nothing. */
export function startSync(module: WebAssembly.Module | BufferSource): void {
  if (state !== "absent") return;
  initSync({ module });
  state = "ready";
}

/** Says whether the compiler is ready. */
export function isStarted(): boolean {
  return state !== "absent";
}

/**
 * Asks the guest.
 *
 * @throws PortcullisError what the guest says failed; `trap`, from the first trap on.
 */
export function ask<T>(question: () => T): T {
  if (state === "absent") throw new PortcullisError("not-started", "await `start()` first, or call `startSync`");
  if (state === "broken") throw new PortcullisError("trap", STOPPED);
  try {
    return question();
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause;
    // What the guest holds after a trap is not to be relied upon.
    state = "broken";
    throw new PortcullisError("trap", STOPPED, { cause });
  }
}

/** Gives back what the guest holds. */
export function release(held: { free(): void } | undefined): void {
  if (held && state === "ready") ask(() => held.free());
}

/** Returns the JSON Schema of a policy file. */
export function schema(): Record<string, unknown> {
  return JSON.parse(ask(() => answered(Source.schema())));
}

/** Returns the bytes of a text that is neither too long nor broken. */
export function bytesOf(text: unknown, what: string, bytesMax: number): Uint8Array {
  if (text instanceof Uint8Array) return bounded(text, text.length, what, bytesMax);
  if (typeof text !== "string") throw new PortcullisError("malformed", `${what} is not text`);
  // A byte at least for each unit: what is too long is never copied.
  bounded(text, text.length, what, bytesMax);
  if (SURROGATE.test(text)) throw new PortcullisError("malformed", `${what} has half of a character`);
  return ENCODER.encode(text);
}

/** Returns the JSON of what a caller gave. */
export function jsonOf(value: unknown, what: string): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw new PortcullisError("malformed", `${what} has no JSON form`, { cause });
  }
  if (json === undefined) throw new PortcullisError("malformed", `${what} has no JSON form`);
  return bounded(json, json.length, what, REQUEST_BYTES_MAX);
}

/** Returns a time in Unix seconds. */
export function secondsOf(now: unknown): number {
  if (Number.isSafeInteger(now) && (now as number) >= 0) return now as number;
  throw new PortcullisError("malformed", "the time is not a whole number of seconds since 1970");
}

function bounded<T>(value: T, length: number, what: string, bytesMax: number): T {
  if (length <= bytesMax) return value;
  throw new PortcullisError("limit-exceeded", `${what} has more than ${bytesMax} bytes`);
}

const ENCODER = new TextEncoder();
const STOPPED = "the compiler has stopped; load the page or the worker again";
const SURROGATE = /\p{Surrogate}/u;

/** As `POLICY_BYTES_MAX` of `wasm/browser/src/author/source.rs`, which holds it to the byte. */
export const POLICY_BYTES_MAX = 4 * 1024 * 1024;
/** As `REQUEST_BYTES_MAX` of `core/policy`. */
export const REQUEST_BYTES_MAX = 8 * 1024 * 1024;
