import type { Clock, Registered, Snapshot, Subject, Trust, Verify, Vocabulary } from "./index.js";
import type { Keeper } from "./kept";

/**
 * Who is signed in: as the page knows it, or how to ask the server, which is asked again with every new bundle. Where
 * the function gives null, nobody is.
 */
export type SubjectSource<V extends Vocabulary = Registered> = Subject<V> | (() => Asked<V> | Promise<Asked<V>>);

type Asked<V extends Vocabulary> = Subject<V> | null | undefined;

/** What a page's access to its bundle needs. */
export interface AccessOptions<V extends Vocabulary = Registered> {
  /** Where the bundle is; its server answers `If-None-Match`. */
  readonly url: string | URL;
  readonly trust: Trust;
  /**
   * Who is signed in. A function is asked again whenever there is a new bundle, so that a role given or taken away
   * counts without a reload.
   */
  readonly subject: SubjectSource<V>;
  /** What the server rendered the page by: the first render shows the same. */
  readonly snapshot?: Snapshot<V>;
  /** How often to look for a newer bundle, in seconds; only before it expires, unless given. */
  readonly refreshSeconds?: number;
  /** After how many seconds a refresh that has no answer is given up; 10, unless given. */
  readonly timeoutSeconds?: number;
  /**
   * Where the last good bundle is kept, so that a reload without a network shows what it knew: in `localStorage`,
   * unless given; `false` keeps nothing. A whole bundle is never kept.
   */
  readonly storage?: Keeper | false;
  readonly now?: Clock;
  readonly wholeBundle?: boolean;
  /** How signatures are verified: by the platform's own cryptography, unless given. */
  readonly verify?: Verify;
  /** How to fetch; the platform's own, unless given. */
  readonly fetch?: (url: string | URL, init: RequestInit) => Promise<Response>;
  /** How to make the engine ready; `start`, unless given. */
  readonly start?: () => Promise<void>;
}
