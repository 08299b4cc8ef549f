import { type Attempt, within } from "./attempt";
import { errorOf, explained, statusOf } from "./failure";
import { type Fetched, fetchNewer } from "./fetched";
import { Floors } from "./floors";
import { Holding } from "./holding";
import {
  type Clock,
  type LoadOptions,
  type Portcullis,
  PortcullisError,
  type Registered,
  type Snapshot,
  start,
  type Subject,
  turnClock,
  type View,
  viewOf,
  type Vocabulary,
} from "./index.js";
import { pageStorage, Shelf } from "./kept";
import { Life, type Why } from "./life";
import { Listeners } from "./listeners";
import { bare } from "./members";
import { type Ended, isOf, type News } from "./news";
import type { AccessOptions, SubjectSource } from "./options";
import { Pace } from "./pace";
import { Person, whoOf } from "./person";
import type { AccessState, AccessStatus, PageAccess } from "./state";
import { Tabs } from "./tabs";
import { watchedPolicy } from "./violations";

export type { AccessOptions, SubjectSource } from "./options";
export type { AccessState, AccessStatus, PageAccess } from "./state";

/**
 * A page's access: fetches the bundle, keeps the last good one, and lets listeners know.
 *
 * A bundle that fails leaves what was there, until that expires. An older one than was accepted is refused. A new one
 * is applied at once, or at the next navigation where the tenant says so. While somebody listens it refreshes itself:
 * every `refreshSeconds`, before the bundle expires, when the reader comes back and when the network does. Of several
 * tabs one fetches for all.
 */
export class Access<V extends Vocabulary = Registered> implements PageAccess<V> {
  readonly initial: AccessState<V>;
  readonly #options: AccessOptions<V>;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #person: Person<V>;
  readonly #holding: Holding<V>;
  readonly #pace: Pace;
  readonly #floors = new Floors<V>();
  readonly #listeners = new Listeners();
  readonly #life = new Life((why) => this.#woken(why));
  readonly #tabs: Tabs;
  readonly #shelf: Shelf;
  #status: AccessStatus = "pending";
  #error: PortcullisError | undefined;
  #state: AccessState<V> = { view: undefined, status: "pending", error: undefined };
  #etag: string | undefined;
  #running: Attempt | undefined;

  constructor(options: AccessOptions<V>) {
    const own = bare(options);
    const { url, trust, now = turnClock, timeoutSeconds = 10, storage = pageStorage(), snapshot } = own;
    this.#options = own;
    this.#clock = now;
    this.#person = new Person(own.subject);
    this.#holding = new Holding(now);
    this.#pace = new Pace(own.refreshSeconds);
    const name = `portcullis ${trust?.audience} ${url}`;
    this.#timeoutMs = timeoutSeconds * 1000;
    // Whoever waits for another tab still has to have time for an answer of their own.
    this.#tabs = new Tabs(name, this.#timeoutMs / 2, (news) => this.#heard(news));
    this.#shelf = new Shelf(storage && !own.wholeBundle ? storage : undefined, name);
    this.#show(snapshot);
    // Whether it had run out was for the server to say: a page whose clock is ahead would be hydrated as another one.
    const isHydrated = snapshot && this.#status === "expired" && typeof document !== "undefined";
    this.initial = isHydrated ? { view: viewOf(snapshot, () => 0), status: "ready", error: undefined } : this.state;
  }

  /** What may be asked now; nothing unless the status is `ready`. */
  get view(): View<V> | undefined {
    return this.#holding.view;
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
    return this.#holding.policy;
  }

  /** Who the page is for, once that is known. */
  get subject(): Subject<V> | undefined {
    return this.#person.subject;
  }

  /** How often it looks for a newer bundle by itself, in seconds. */
  get refreshSeconds(): number | undefined {
    return this.#pace.seconds;
  }

  set refreshSeconds(seconds: number | undefined) {
    this.#pace.seconds = seconds;
    this.#plan();
  }

  /**
   * Fetches the bundle if it has changed; never throws, `error` tells what failed. One that is under way is joined,
   * until it seems to hang: then that is given up. After `signOut` there is nobody to fetch it for.
   */
  readonly refresh = (): Promise<void> => {
    if (this.#person.isNobody) return Promise.resolve();
    const running = this.#running;
    const patienceMs = running ? running.began + HUNG_MS - performance.now() : 0;
    if (running && patienceMs > 0) return this.#joined(running, patienceMs);
    running?.abort(new Error("a newer refresh took its place"));
    const isSame = this.#generation();
    const attempt = within(this.#timeoutMs, (signal) => this.#refresh(signal, () => this.#running === own && isSame()));
    const own: Attempt = { ...attempt, done: attempt.done.catch((cause) => this.#running === own && this.#failed(cause)).then(() => this.#ended(own)) };
    this.#running = own;
    return own.done;
  };

  /** Applies what waits for a navigation: to be called at each. */
  navigate(): void {
    if (this.#holding.navigate()) this.#changed();
  }

  /**
   * Another person is signed in: nothing of the former one's is left, neither here nor in other tabs. Of the same
   * person something else is known, such as a role. With a snapshot there is something to show by at once.
   */
  identify(subject: SubjectSource<V>, { snapshot }: { readonly snapshot?: Snapshot<V> | undefined } = {}): Promise<void> {
    const { who } = this.#person;
    const isSame = who !== undefined && who === whoOf(subject);
    if (who !== undefined && !isSame) this.#tell("unauthenticated", true);
    if (snapshot || !isSame || !this.#holding.reask(subject as Subject<V>)) this.#leave();
    else this.#stop();
    this.#person.become(subject);
    if (!this.view) this.#show(snapshot);
    this.#changed();
    return this.refresh();
  }

  /** Nobody is signed in any more, neither here nor in other tabs, until `identify` says who is. */
  signOut(): void {
    if (!this.#person.isNobody) this.#tell("unauthenticated", true);
    this.#leave();
    this.#person.leave();
    this.#status = "unauthenticated";
    this.#changed();
  }

  /** Calls a listener after every change, until what this returns is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#life.begin();
    this.#tabs.open();
    this.#plan();
    return () => {
      this.#listeners.remove(listener);
      if (!this.#listeners.isEmpty) return;
      this.#life.end();
      this.#tabs.close();
    };
  };

  #joined(running: Attempt, patienceMs: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(() => this.#running === running && done(this.refresh()), patienceMs);
      void running.done.then(() => {
        clearTimeout(timer);
        done();
      });
    });
  }

  async #refresh(signal: AbortSignal, isCurrent: () => boolean): Promise<void> {
    await (this.#options.start ?? start)();
    if (!this.#etag && isCurrent()) await this.#restore(isCurrent);
    const { url, fetch = globalThis.fetch } = this.#options;
    const own = { who: this.#person.who ?? "", etag: this.#etag };
    const work = () => {
      signal.throwIfAborted();
      // Whether it is still the newest is asked by its etag: a copy of the browser's would be somebody's, of some time.
      return fetchNewer(fetch, url, own.etag, { credentials: "same-origin", cache: "no-store", signal });
    };
    const violation = watchedPolicy();
    const news = await this.#tabs.fetch(work, own, signal).catch(async (cause) => {
      const directive = await violation();
      if (directive) throw new PortcullisError("blocked", `the page's \`${directive}\` forbids ${url}`, { cause });
      if (statusOf(errorOf(cause)) === "offline" && isCurrent()) await this.#restore(isCurrent, true);
      throw cause;
    });
    if (news && isCurrent()) await this.#answered(news.answer, isCurrent);
  }

  async #answered(answer: Fetched | undefined, isCurrent: () => boolean): Promise<void> {
    if (answer) {
      const subject = await this.#person.ask();
      if (!isCurrent()) return;
      if (!subject || this.#isAnother(subject)) return this.#replaced(subject);
      await this.#take(answer, subject, isCurrent);
      if (isCurrent()) this.#keep(answer, subject);
    }
    if (!isCurrent()) return;
    this.#error = undefined;
    this.#pace.succeeded();
  }

  #isAnother(subject: Subject<V>): boolean {
    const { who } = this.#person;
    return who !== undefined && who !== whoOf(subject);
  }

  /** The server says that it is somebody else, or nobody: what it answered was for the former. */
  #replaced(subject: Subject<V> | undefined): void {
    if (this.#person.who !== undefined) this.#tell("unauthenticated", true);
    this.#leave();
    this.#pace.refreshed();
    this.#status = subject ? "pending" : "unauthenticated";
    this.#changed();
    if (subject) void this.refresh();
  }

  async #take(fetched: Fetched, subject: Subject<V>, isCurrent: () => boolean): Promise<void> {
    const { trust, wholeBundle, verify, url } = this.#options;
    const options: LoadOptions = { trust, now: this.#clock, ...(wholeBundle !== undefined && { wholeBundle }), ...(verify && { verify }) };
    const take = (policy: Portcullis<V>) => {
      if (!isCurrent()) {
        policy.free();
        return false;
      }
      this.#holding.take(policy, subject);
      this.#person.is(subject);
      this.#etag = fetched.etag;
      this.#status = "ready";
      return true;
    };
    await this.#floors.load(fetched.bytes, options, take).catch((error) => {
      throw explained(error, url, fetched, this.#clock());
    });
  }

  #keep({ etag, bytes }: Fetched, subject: Subject<V>): void {
    const who = whoOf(subject);
    if (who) this.#shelf.put({ who, subject, etag, bytes });
  }

  /** Shows what was kept, if it still holds and is this person's. */
  async #restore(isCurrent: () => boolean, isOffline = globalThis.navigator?.onLine === false): Promise<void> {
    const { isAsked, who } = this.#person;
    // Whoever the server has to be asked for may be another by now: what was kept is for a page without a network.
    if (this.view || (isAsked && !isOffline)) return;
    const kept = this.#shelf.take(who);
    if (!kept) return;
    const subject = await this.#person.ask().catch(() => kept.subject as Subject<V>);
    if (!subject || whoOf(subject) !== kept.who) return;
    try {
      await this.#take(kept, subject, isCurrent);
      if (isCurrent()) this.#changed();
    } catch {
      if (isCurrent()) this.#shelf.clear();
    }
  }

  /** Shows by what the server rendered by, if it did. */
  #show(snapshot: Snapshot<V> | undefined): void {
    this.#status = this.#person.isNobody ? "unauthenticated" : "pending";
    if (!snapshot || this.#person.isNobody) return;
    try {
      this.#holding.show(viewOf(snapshot, this.#clock));
      this.#status = "ready";
      this.#expire();
    } catch (cause) {
      this.#error = errorOf(cause);
    }
  }

  /** Lets go of all that is known of a person. */
  #leave(): void {
    this.#person.forget();
    this.#stop();
    this.#holding.clear();
    this.#error = undefined;
    this.#shelf.clear();
    this.#pace.rest();
  }

  /** Gives up what is under way; what is fetched next is fetched whole. */
  #stop(): void {
    this.#running?.abort(new Error("it is for somebody else now"));
    this.#running = this.#etag = undefined;
  }

  /** Lets other tabs know that somebody may no longer be here, or has left. */
  #tell(status: Ended["status"], left: boolean): void {
    this.#tabs.tell({ kind: "ended", who: this.#person.who ?? "", status, left });
  }

  #failed(cause: unknown): void {
    const error = errorOf(cause);
    this.#pace.failed();
    if (error.code === "unauthenticated" || error.code === "forbidden") {
      // Once: a tab that has nobody left has nothing to say, or two tabs would never come to an end.
      if (this.#person.who !== undefined && this.#status !== error.code) this.#tell(error.code, false);
      const running = this.#running;
      this.#running = undefined;
      this.#leave();
      this.#running = running;
      this.#status = error.code;
    } else if (!this.view && this.#status !== "expired") {
      this.#status = statusOf(error);
    }
    this.#error = error;
  }

  #ended(own: Attempt): Promise<void> | undefined {
    // Whoever waits for one that was given up waits for the next.
    if (this.#running !== own) return this.#running?.done;
    this.#running = undefined;
    this.#pace.refreshed();
    this.#expire();
    this.#schedule();
    this.#changed();
    return undefined;
  }

  #heard(news: News): void {
    const { isNobody, isAsked, who = "" } = this.#person;
    if (isNobody) return;
    if (news.kind === "ended") {
      // Whose answer a tab waits for that has yet to learn who it is for, nobody knows.
      if (news.who === who || news.who === "" || who === "") this.#sentAway(news, isAsked);
      return;
    }
    if (news.who !== who || !isOf(news, this.#etag)) return;
    const isCurrent = this.#generation();
    const taken = this.#answered(news.answer, isCurrent).catch(() => undefined);
    void taken.then(() => {
      if (!isCurrent()) return;
      this.#pace.refreshed();
      this.#schedule();
      this.#changed();
    });
  }

  #sentAway({ status, left }: Ended, isAsked: boolean): void {
    this.#leave();
    // Who has to be asked for may have been replaced by somebody whom the server knows.
    if (left && !isAsked) this.#person.leave();
    this.#status = status;
    this.#changed();
    if (isAsked) void this.refresh();
  }

  #woken(why: Why): void {
    if (this.#expire()) this.#changed();
    if (this.#pace.isDue(why) && this.#status !== "pending") void this.refresh();
    else this.#plan();
  }

  /** Denies what no longer holds; says whether something changed. */
  #expire(): boolean {
    const outcome = this.#holding.expire(this.#person.subject);
    if (outcome === "expired") {
      this.#status = "expired";
      // That it has not changed is no answer to a page that has nothing left.
      this.#etag = undefined;
      this.#pace.hurry();
    }
    return outcome !== "holds";
  }

  /** Says when to refresh next, after one has come to its end. */
  #schedule(): void {
    // Only the reader can change that: they come back signed in.
    if (this.#status === "unauthenticated" || this.#status === "forbidden") return this.#pace.rest();
    this.#pace.schedule(this.view && this.view.validUntil - this.#clock());
    this.#plan();
  }

  #plan(): void {
    const expires = this.view ? (this.view.validUntil - this.#clock()) * 1000 : Number.POSITIVE_INFINITY;
    this.#life.wakeAfter(Math.min(expires, this.#pace.wait()));
  }

  #changed(): void {
    this.#plan();
    this.#listeners.call();
  }

  /** Returns what says whether the page is still for whoever it is for. */
  #generation(): () => boolean {
    const { generation } = this.#person;
    return () => this.#person.generation === generation;
  }
}

/** A refresh that takes longer is not joined by the next. */
const HUNG_MS = 2_000;
