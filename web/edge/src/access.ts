import { type Attempt, backoff, jittered, within } from "./attempt";
import { type Fetched, fetchNewer, NotFetched } from "./fetched";
import {
  type Clock,
  type Floor,
  type Id,
  Portcullis,
  PortcullisError,
  type PortcullisErrorCode,
  type Registered,
  type Session,
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
import { type Keeper, pageStorage, Shelf } from "./kept";
import { Life } from "./life";
import { isOf, type News, Tabs } from "./tabs";
import { watchedPolicy } from "./violations";

/** Who is signed in: as the page knows it, or how to ask the server, which is asked again with every new bundle. */
export type SubjectSource<V extends Vocabulary = Registered> = Subject<V> | (() => Subject<V> | Promise<Subject<V>>);

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

/** Where a page stands. Only `ready` shows anything. */
export type AccessStatus =
  /** Nothing is known yet: that is not denied. */
  | "pending"
  | "ready"
  /** What was known no longer holds, and nothing newer was to be had. */
  | "expired"
  /** The server does not know who asks (401): sign in. */
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
  readonly subscribe: (listener: () => void) => () => void;
  readonly refresh: () => Promise<void>;
  navigate(): void;
  refreshSeconds?: number | undefined;
}

interface Held<V extends Vocabulary> {
  readonly policy: Portcullis<V>;
  readonly session: Session<V>;
}

/**
 * A page's access: fetches the bundle, keeps the last good one, and lets listeners know.
 *
 * A bundle that fails leaves what was there, until that expires. An older one than was accepted is refused. A new one
 * is applied at once, or at the next navigation where the tenant says so. While somebody listens it refreshes itself:
 * every `refreshSeconds`, before the bundle expires, when the reader comes back and when the network does. Of several
 * tabs one fetches for all.
 */
export class Access<V extends Vocabulary = Registered> implements PageAccess<V> {
  readonly #options: AccessOptions<V>;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #life = new Life((why) => this.#woken(why));
  readonly #tabs: Tabs;
  readonly #shelf: Shelf;
  #subject: SubjectSource<V>;
  #seconds: number | undefined;
  /** Whose the bundle is, once that is known. */
  #who: string | undefined;
  #view: View<V> | undefined;
  #held: Held<V> | undefined;
  /** What was shown before: a render that is under way may still ask it. */
  #former: Held<V> | undefined;
  #waiting: Held<V> | undefined;
  #status: AccessStatus = "pending";
  #state: AccessState<V> = { view: undefined, status: "pending", error: undefined };
  /** Whom the server named when it was last asked. */
  #asked: Subject<V> | undefined;
  #error: PortcullisError | undefined;
  #etag: string | undefined;
  #floor: number | Floor | undefined;
  #running: Attempt | undefined;
  #failures = 0;
  /** When to refresh by itself, and when that was last done, by `performance.now()`. */
  #due = Number.POSITIVE_INFINITY;
  #refreshed = Number.NEGATIVE_INFINITY;

  constructor(options: AccessOptions<V>) {
    this.#options = options;
    this.#clock = options.now ?? turnClock;
    this.#subject = options.subject;
    this.#who = whoOf(options.subject);
    this.#seconds = options.refreshSeconds;
    this.#floor = options.trust.floor;
    const name = `portcullis ${options.trust.audience} ${options.url}`;
    this.#tabs = new Tabs(name, (news) => this.#heard(news));
    const { storage = pageStorage() } = options;
    this.#shelf = new Shelf(storage && !options.wholeBundle ? storage : undefined, name);
    if (options.snapshot) {
      this.#view = viewOf(options.snapshot, this.#clock);
      this.#status = "ready";
      this.#expire();
    }
  }

  /** What may be asked now; nothing unless the status is `ready`. */
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

  /** View, status and error in one: another object after each change, so that a store can compare it. */
  get state(): AccessState<V> {
    const { view, status, error } = this;
    const { view: shown, status: stood, error: failed } = this.#state;
    if (view !== shown || status !== stood || error !== failed) this.#state = { view, status, error };
    return this.#state;
  }

  /** The verified bundle that is shown; nothing while a snapshot or nothing is. */
  get policy(): Portcullis<V> | undefined {
    return this.#view && this.#view === this.#held?.session ? this.#held.policy : undefined;
  }

  /** Who the page is for, once that is known. */
  get subject(): Subject<V> | undefined {
    return typeof this.#subject === "function" ? this.#asked : this.#subject;
  }

  /** How often it looks for a newer bundle by itself, in seconds. */
  get refreshSeconds(): number | undefined {
    return this.#seconds;
  }

  set refreshSeconds(seconds: number | undefined) {
    this.#seconds = seconds;
    this.#plan();
  }

  /**
   * Fetches the bundle if it has changed; never throws, `error` tells what failed. One that is under way is joined,
   * unless it seems to hang: then that is given up.
   */
  readonly refresh = (): Promise<void> => {
    const running = this.#running;
    if (running && performance.now() - running.began < HUNG_MS) return running.done;
    running?.abort(new Error("a newer refresh took its place"));
    const attempt = within((this.#options.timeoutSeconds ?? 10) * 1000, (signal) => this.#refresh(signal, () => this.#running === own));
    const own: Attempt = { ...attempt, done: attempt.done.catch((cause) => this.#running === own && this.#failed(cause)).then(() => this.#ended(own)) };
    this.#running = own;
    return own.done;
  };

  /** Applies what waits for a navigation: to be called at each. */
  navigate(): void {
    if (this.#waiting) {
      this.#apply(this.#waiting);
      this.#changed();
    }
  }

  /** Another person is signed in: nothing of the former one's is left, neither here nor in other tabs. */
  identify(subject: SubjectSource<V>): Promise<void> {
    this.#leave("unauthenticated");
    this.#subject = subject;
    this.#who = whoOf(subject);
    this.#status = "pending";
    this.#changed();
    return this.refresh();
  }

  /** Nobody is signed in any more, neither here nor in other tabs. */
  signOut(): void {
    this.#leave("unauthenticated");
    this.#changed();
  }

  /** Calls a listener after every change, until what this returns is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#life.begin();
    this.#tabs.open();
    this.#plan();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#life.end();
      this.#tabs.close();
    };
  };

  async #refresh(signal: AbortSignal, current: () => boolean): Promise<void> {
    await (this.#options.start ?? start)();
    if (!this.#etag && current()) await this.#restore(current);
    const { url, fetch = globalThis.fetch } = this.#options;
    const own = { who: this.#who ?? "", etag: this.#etag };
    // Whether it is still the newest is asked by its etag: a copy of the browser's would be somebody's, of some time.
    const work = () => fetchNewer(fetch, url, this.#etag, { credentials: "same-origin", cache: "no-store", signal });
    const violation = watchedPolicy();
    const news = await this.#tabs.fetch(work, own, signal).catch(async (cause) => {
      const directive = await violation();
      throw directive ? new PortcullisError("blocked", `the page's \`${directive}\` forbids ${url}`, { cause }) : cause;
    });
    if (news && current()) await this.#answered(news.answer, current);
  }

  async #answered(answer: Fetched | undefined, current: () => boolean): Promise<void> {
    if (answer) await this.#take(answer, current);
    if (!current()) return;
    this.#error = undefined;
    this.#failures = 0;
  }

  async #take(fetched: Fetched, current: () => boolean, kept = false): Promise<void> {
    const { trust, wholeBundle, verify } = this.#options;
    const floor = this.#floor;
    const policy = await Portcullis.load<V>(fetched.bytes, {
      trust: floor === undefined ? trust : { ...trust, floor },
      now: this.#clock,
      ...(wholeBundle === undefined ? {} : { wholeBundle }),
      ...(verify && { verify }),
    }).catch((error) => {
      throw explained(error, this.#options.url, fetched, this.#clock());
    });
    const subject = typeof this.#subject === "function" ? await this.#subject() : this.#subject;
    if (!current()) return policy.free();
    const who = whoOf(subject);
    // The server says that it is somebody else now.
    if (this.#who !== undefined && this.#who !== who) this.#leave("unauthenticated");
    const held = { policy, session: policy.session(subject) };
    this.#who = who;
    this.#asked = subject;
    this.#floor = policy.floor();
    this.#etag = fetched.etag;
    if (!kept && who) this.#shelf.put({ who, subject, etag: fetched.etag, bytes: fetched.bytes });
    // The first is no change to wait for: the page was rendered by it, or by nothing.
    if (this.#held && this.#view && policy.header.changes_at_next_session) {
      release(this.#waiting);
      this.#waiting = held;
    } else this.#apply(held);
  }

  /** Shows what was kept, if it still holds and is this person's. */
  async #restore(current: () => boolean): Promise<void> {
    const asked = typeof this.#subject === "function";
    const kept = this.#view ? undefined : this.#shelf.take(asked ? undefined : this.#who);
    // Whoever the server has to be asked for may be another by now: what was kept is for a page without a network.
    if (!kept || (asked && globalThis.navigator?.onLine !== false)) return;
    const source = this.#subject;
    try {
      if (asked) this.#subject = kept.subject as Subject<V>;
      await this.#take(kept, current, true);
      if (current()) this.#changed();
    } catch {
      this.#shelf.clear();
    } finally {
      if (asked && current()) this.#subject = source;
    }
  }

  #apply(held: Held<V>): void {
    release(this.#former);
    this.#former = this.#held;
    this.#held = held;
    this.#waiting = undefined;
    this.#view = held.session;
    this.#status = "ready";
  }

  /** Lets go of all that is known of a person. */
  #leave(status: "unauthenticated" | "forbidden", tell = true): void {
    // Once: a tab that has nobody left has nothing to say, or two tabs would never come to an end.
    if (tell && this.#who && this.#status !== status) this.#tabs.tell({ kind: "ended", who: this.#who, status });
    this.#who = whoOf(this.#subject);
    this.#running?.abort(new Error("it is for somebody else now"));
    this.#running = undefined;
    for (const held of [this.#former, this.#held, this.#waiting]) release(held);
    this.#former = this.#held = this.#waiting = this.#view = undefined;
    this.#etag = this.#error = this.#asked = undefined;
    this.#floor = this.#options.trust.floor;
    this.#shelf.clear();
    this.#status = status;
    this.#due = Number.POSITIVE_INFINITY;
    this.#failures = 0;
  }

  #failed(cause: unknown): void {
    const error = errorOf(cause);
    this.#failures++;
    if (error.code === "unauthenticated" || error.code === "forbidden") {
      const running = this.#running;
      this.#running = undefined;
      this.#leave(error.code);
      this.#running = running;
    } else if (!this.#view && this.#status !== "expired") {
      this.#status = STATUS[error.code] ?? "failed";
    }
    this.#error = error;
  }

  #ended(own: Attempt): Promise<void> | undefined {
    // Whoever waits for one that was given up waits for the next.
    if (this.#running !== own) return this.#running?.done;
    this.#running = undefined;
    this.#refreshed = performance.now();
    this.#expire();
    this.#schedule();
    this.#changed();
    return undefined;
  }

  #heard(news: News): void {
    if (news.who !== (this.#who ?? "")) return;
    if (news.kind === "ended") {
      this.#leave(news.status, false);
      this.#changed();
      // Who has to be asked for may have been replaced by somebody whom the server knows.
      if (typeof this.#subject === "function") void this.refresh();
      return;
    }
    if (!isOf(news, this.#etag)) return;
    const held = this.#held;
    const current = () => this.#held === held;
    const taken = this.#answered(news.answer, current).catch(() => undefined);
    void taken.then(() => {
      this.#refreshed = performance.now();
      this.#schedule();
      this.#changed();
    });
  }

  #woken(why: "time" | "reader" | "network"): void {
    if (this.#expire()) this.#changed();
    const now = performance.now();
    const due = why === "time" ? now >= this.#due : why === "network" || now - this.#refreshed > RECENT_MS;
    if (due && this.#status !== "pending") void this.refresh();
    else this.#plan();
  }

  /** Denies what no longer holds; says whether something changed. */
  #expire(): boolean {
    if (!this.#view || this.#clock() < this.#view.validUntil) return false;
    if (this.#waiting && this.#clock() < this.#waiting.session.validUntil) {
      this.#apply(this.#waiting);
      return true;
    }
    if (this.#renew()) return true;
    this.#view = undefined;
    this.#status = "expired";
    this.#due = Number.NEGATIVE_INFINITY;
    return true;
  }

  /** Asks the bundle once more: a role or a feature may have ended, and the rest of it holds. */
  #renew(): boolean {
    const held = this.#held;
    if (!held || !this.#asked || this.#view !== held.session || this.#clock() >= held.policy.header.expires_at) return false;
    const session = held.policy.session(this.#asked);
    if (this.#clock() >= session.validUntil) {
      session.free();
      return false;
    }
    // Whoever still asks the one that ended hears no.
    held.session.free();
    this.#held = { policy: held.policy, session };
    this.#view = session;
    return true;
  }

  /** Says when to refresh next, after one has come to its end. */
  #schedule(): void {
    const now = performance.now();
    this.#due = Number.POSITIVE_INFINITY;
    // Only the reader can change that: they come back signed in.
    if (this.#status === "unauthenticated" || this.#status === "forbidden") return;
    if (this.#failures > 0) this.#due = now + backoff(this.#failures);
    else if (this.#view) {
      // In time for another try or two, and not too often for one that has but seconds left.
      const left = Math.max(this.#view.validUntil - this.#clock(), 5) * 1000;
      this.#due = now + jittered(left * 0.8, 0.1);
    }
    if (this.#failures === 0 && this.#seconds !== undefined) this.#due = Math.min(this.#due, now + jittered(this.#seconds * 1000, 0.1));
    this.#plan();
  }

  #plan(): void {
    const expires = this.#view ? (this.#view.validUntil - this.#clock()) * 1000 : Number.POSITIVE_INFINITY;
    this.#life.wakeAfter(Math.min(expires, this.#due - performance.now()));
  }

  #changed(): void {
    this.#plan();
    for (const listener of [...this.#listeners]) listener();
  }
}

function release(held: Held<never> | Held<Vocabulary> | undefined): void {
  held?.session.free();
  held?.policy.free();
}

/** Returns who a subject is; nothing where the server has to be asked. */
function whoOf(subject: { readonly type?: string | undefined; readonly id: Id } | (() => unknown)): string | undefined {
  return typeof subject === "function" ? undefined : JSON.stringify([subject.type ?? "user", String(subject.id)]);
}

function errorOf(cause: unknown): PortcullisError {
  if (cause instanceof PortcullisError) return cause;
  const words = String((cause as Error | undefined)?.message ?? cause);
  const code = cause instanceof NotFetched ? (REFUSALS[cause.status] ?? "offline") : "offline";
  return new PortcullisError(code, words, { cause });
}

/** Says what a rejection alone does not: that a clock is wrong, or that what came is no bundle at all. */
function explained(error: unknown, url: string | URL, { bytes, date }: Fetched, now: number): unknown {
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

/** A refresh that takes longer is not joined by the next. */
const HUNG_MS = 2_000;
/** A reader who comes back twice within this is one who came back once. */
const RECENT_MS = 2_000;
