import { type Fetched, NotFetched } from "./fetched";
import { PortcullisError, type PortcullisErrorCode } from "./index.js";
import type { AccessStatus } from "./state";

/** Returns what a refresh failed for. */
export function errorOf(cause: unknown): PortcullisError {
  if (cause instanceof PortcullisError) return cause;
  const words = String((cause as Error | undefined)?.message ?? cause);
  const code = cause instanceof NotFetched ? (REFUSALS[cause.status] ?? "offline") : "offline";
  return new PortcullisError(code, words, { cause });
}

/** Returns how a page stands that has nothing to show, for an error. */
export function statusOf(error: PortcullisError): AccessStatus {
  return STATUS[error.code] ?? "failed";
}

/** Says what a rejection alone does not: that a clock is wrong, or that what came is no bundle at all. */
export function explained(error: unknown, url: string | URL, { bytes, date }: Fetched, now: number): unknown {
  if (!(error instanceof PortcullisError) || !error.rejection) return error;
  let hint = "";
  if (error.rejection === "bad-magic") {
    hint = `${url} answered something else: ${JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 24)))}`;
  } else if ((error.rejection === "not-yet-valid" || error.rejection === "expired") && date !== undefined) {
    const ahead = now - date;
    if (Math.abs(ahead) > 2) hint = `this device's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} the server's; set it`;
  }
  return hint ? new PortcullisError("bundle-rejected", error.rejection, { cause: error, hint }) : error;
}

const REFUSALS: Readonly<Record<number, PortcullisErrorCode>> = { 401: "unauthenticated", 403: "forbidden", 404: "not-found" };
const STATUS: { readonly [code in PortcullisErrorCode]?: AccessStatus } = { offline: "offline", blocked: "blocked", unsupported: "unsupported" };
