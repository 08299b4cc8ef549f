/** Why there is no answer; what has no answer is denied. */
export type PortcullisErrorCode =
  /** The module is not loaded: call `startSync` first, or await `start()`. */
  | "not-started"
  /** The page's content security policy, or the platform, forbids it; the words say what it needs. */
  | "blocked"
  /** There is nothing at the address that the words name. */
  | "not-found"
  /** What should be a WebAssembly module is something else, or that of another version. */
  | "not-wasm"
  /** The trust could never accept a bundle. */
  | "invalid-trust"
  /** The gate's configuration is not one; the words say where and why. */
  | "invalid-config"
  /** The bundle was not believed; `rejection` says which check failed. */
  | "bundle-rejected"
  /** The platform cannot verify signatures: it is old, or the page came over an insecure connection. */
  | "unsupported"
  /** The bundle or the session no longer holds. */
  | "bundle-expired"
  /** A value is outside the grammar or over a limit. */
  | "limit-exceeded"
  /** No attribute can have a value like this. */
  | "malformed"
  /** The filter cannot be written in that query language. */
  | "unsupported-filter"
  /** The network did not answer, or not with a bundle. */
  | "offline"
  /** The server does not know who asks (401). */
  | "unauthenticated"
  /** The server has nothing for whoever asks (403). */
  | "forbidden"
  /** A component asks where nothing above it provides an access. */
  | "no-provider"
  /** The policy has problems: an `InvalidPolicyError` lists them. */
  | "invalid-policy"
  /** The actor may not make the change: a `RefusedError` says which rule stands against it. */
  | "refused"
  /** No bundle can be made of the policy. */
  | "unencodable"
  /** It was freed, and answers no longer. */
  | "freed"
  /** The module stopped, by its own fence or for want of memory, and answers no longer. */
  | "trap";

/** The check that a bundle failed, in the order of the checks. */
export type RejectedBundleCode =
  | "too-large"
  | "bad-magic"
  | "unsupported-format"
  | "malformed-envelope"
  | "too-many-signatures"
  | "unsorted-signatures"
  | "bad-signature"
  | "untrusted-signer"
  | "wrong-payload-type"
  | "malformed-payload"
  | "not-canonical"
  | "wrong-audience"
  | "wrong-tenant"
  | "wrong-tenant-key"
  | "slices-only-key"
  | "whole-only-key"
  | "slice-refused"
  | "whole-refused"
  | "not-yet-valid"
  | "expired"
  | "rolled-back"
  | "equivocation"
  | "corrupt";

/** Every error that this package throws. */
export class PortcullisError extends Error {
  override readonly name = "PortcullisError";
  readonly code: PortcullisErrorCode;
  /** Of `bundle-rejected`: the check that failed. */
  readonly rejection: RejectedBundleCode | undefined;

  constructor(code: PortcullisErrorCode, words: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    const { hint, ...own } = options;
    const rejected = `bundle-rejected(${words})${hint ? `: ${hint}` : ""}`;
    super(code === "bundle-rejected" ? rejected : words ? `${code}: ${words}` : code, own);
    this.code = code;
    this.rejection = code === "bundle-rejected" ? (words as RejectedBundleCode) : undefined;
  }
}

/** Does work; whatever fails in it that is no error of this package's is thrown as one. */
export function attempted<T>(code: PortcullisErrorCode, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof PortcullisError) throw cause;
    throw new PortcullisError(code, String((cause as Error | undefined)?.message ?? cause), { cause });
  }
}

/** Returns a line of the engine, or throws what it says failed. */
export function answered(line: string): string {
  if (line.charCodeAt(0) !== FAILED) return line;
  const [code, ...words] = line.slice(1).split(" ");
  throw new PortcullisError(code as PortcullisErrorCode, words.join(" "));
}

const FAILED = 0x21; // !
