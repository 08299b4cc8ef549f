import type { PortcullisError, Registered, View, Vocabulary } from "./index.js";

/** Where a page stands. Only `ready` shows anything. */
export type AccessStatus =
  /** Nothing is known yet: that is not denied. */
  | "pending"
  | "ready"
  /** What was known no longer holds, and nothing newer was to be had. */
  | "expired"
  /** Nobody is signed in, or the server does not know who asks (401): sign in. */
  | "unauthenticated"
  /** The server knows who asks, and has nothing for them (403). */
  | "forbidden"
  /** The server gives no bundle: no network, no answer in time, or an error of its own. */
  | "offline"
  /** The page's content security policy forbids what this needs. */
  | "blocked"
  /** The browser lacks what this needs. */
  | "unsupported"
  /** There is a bundle, and it was refused: `error` says why. */
  | "failed";

/** What a page shows by, at one time. */
export interface AccessState<V extends Vocabulary = Registered> {
  readonly view: View<V> | undefined;
  readonly status: AccessStatus;
  readonly error: PortcullisError | undefined;
}

/** What components need of an access: an `Access`, or one that a test makes up. */
export interface PageAccess<V extends Vocabulary = Registered> {
  /** The same object until something changes. */
  readonly state: AccessState<V>;
  /** What the server renders by and the page is hydrated by, whatever came meanwhile; `state`, unless given. */
  readonly initial?: AccessState<V>;
  readonly subscribe: (listener: () => void) => () => void;
  readonly refresh: () => Promise<void>;
  navigate(): void;
  refreshSeconds?: number | undefined;
}
