import { type Fetched, fetchNewer } from "./fetched";
import {
  type Clock,
  type Floor,
  Portcullis,
  PortcullisError,
  type Registered,
  type Snapshot,
  start,
  type Subject,
  type Trust,
  turnClock,
  type Verify,
  type View,
  viewOf,
  type Vocabulary,
} from "./index.js";

/** What a page's access to its bundle needs. */
export interface AccessOptions<V extends Vocabulary = Registered> {
  /** Where the bundle is; its server answers `If-None-Match`. */
  readonly url: string | URL;
  readonly trust: Trust;
  readonly subject: Subject<V>;
  /** What the server rendered the page by: the first render shows the same. */
  readonly snapshot?: Snapshot<V>;
  readonly now?: Clock;
  readonly wholeBundle?: boolean;
  /** How signatures are verified: by the platform's own cryptography, unless given. */
  readonly verify?: Verify;
  /** How to fetch; the platform's own, unless given. */
  readonly fetch?: (url: string | URL, init: RequestInit) => Promise<Response>;
  /** How to make the engine ready; `start`, unless given. */
  readonly start?: () => Promise<void>;
}

/** Where a page stands: nothing is known yet, it may be asked, or nothing may be shown. */
export type AccessStatus = "pending" | "ready" | "failed";

/**
 * A page's access: fetches the bundle, keeps the last good one, and lets listeners know.
 *
 * A bundle that fails leaves what was there. An older one than was accepted is refused. A new
 * one is applied at once, or at the next navigation where the tenant says so.
 */
export class Access<V extends Vocabulary = Registered> {
  readonly #options: AccessOptions<V>;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #view: View<V> | undefined;
  #waiting: View<V> | undefined;
  #status: AccessStatus = "pending";
  #error: PortcullisError | undefined;
  #etag: string | undefined;
  #floor: number | Floor | undefined;
  #refreshing: Promise<void> | undefined;
  #loaded = false;

  constructor(options: AccessOptions<V>) {
    this.#options = options;
    this.#clock = options.now ?? turnClock;
    this.#floor = options.trust.floor;
    if (options.snapshot) {
      this.#view = viewOf(options.snapshot, this.#clock);
      this.#status = "ready";
    }
  }

  /** What may be asked now; nothing while pending or failed. */
  get view(): View<V> | undefined {
    return this.#view;
  }

  get status(): AccessStatus {
    return this.#status;
  }

  /** What the last refreshing failed for. */
  get error(): PortcullisError | undefined {
    return this.#error;
  }

  /** Fetches the bundle if it has changed; never throws, `error` tells what failed. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Applies what waits for a navigation: to be called at each. */
  navigate(): void {
    if (this.#waiting) {
      this.#apply(this.#waiting);
      this.#changed();
    }
  }

  /** Calls a listener after every change, until what this returns is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async #refresh(): Promise<void> {
    try {
      const { url, fetch = globalThis.fetch } = this.#options;
      await (this.#options.start ?? start)();
      const asked = fetchNewer(fetch, url, this.#etag, { credentials: "same-origin" });
      const newer = await asked.catch((cause) => {
        throw new PortcullisError("offline", "the bundle could not be fetched", { cause });
      });
      if (newer) await this.#take(newer);
      this.#error = undefined;
    } catch (error) {
      this.#error = error instanceof PortcullisError ? error : new PortcullisError("offline", String(error));
    }
    if (this.#status === "pending" && !this.#view) this.#status = "failed";
    this.#changed();
  }

  async #take({ bytes, etag }: Fetched): Promise<void> {
    const { trust, wholeBundle, subject, verify } = this.#options;
    const floor = this.#floor;
    const policy = await Portcullis.load<V>(bytes, {
      trust: floor === undefined ? trust : { ...trust, floor },
      now: this.#clock,
      ...(wholeBundle === undefined ? {} : { wholeBundle }),
      ...(verify && { verify }),
    });
    const view = policy.session(subject);
    this.#floor = policy.floor();
    this.#etag = etag;
    // The first is no change to wait for: the page was rendered by it, or by nothing.
    if (this.#loaded && policy.header.changes_at_next_session) this.#waiting = view;
    else this.#apply(view);
    this.#loaded = true;
  }

  #apply(view: View<V>): void {
    this.#view = view;
    this.#waiting = undefined;
    this.#status = "ready";
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
