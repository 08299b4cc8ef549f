import type { Clock, Portcullis, Session, Subject, View, Vocabulary } from "./index.js";

/** A verified bundle, and whoever the page is for under it. */
interface Held<V extends Vocabulary> {
  readonly policy: Portcullis<V>;
  readonly session: Session<V>;
}

/** What a page shows by, and what waits to be shown. */
export class Holding<V extends Vocabulary> {
  readonly #clock: Clock;
  #view: View<V> | undefined;
  #held: Held<V> | undefined;
  /** What was shown before: a render that is under way may still ask it. */
  #former: Held<V> | undefined;
  #waiting: Held<V> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get view(): View<V> | undefined {
    return this.#view;
  }

  /** The bundle that is shown; nothing while a snapshot or nothing is. */
  get policy(): Portcullis<V> | undefined {
    return this.#view && this.#view === this.#held?.session ? this.#held.policy : undefined;
  }

  /** Shows by a snapshot. */
  show(view: View<V>): void {
    this.#view = view;
  }

  /**
   * Shows by a bundle, at once or at the next navigation, as its tenant says.
   *
   * @throws PortcullisError as `session` of the bundle, which is freed then.
   */
  take(policy: Portcullis<V>, subject: Subject<V>): void {
    const held = { policy, session: sessionOf(policy, subject) };
    // The first is no change to wait for: the page was rendered by it, or by nothing.
    if (this.#held && this.#view && policy.header.changes_at_next_session) {
      release(this.#waiting);
      this.#waiting = held;
    } else this.#apply(held);
  }

  /** Shows what waits for a navigation; says whether something did. */
  navigate(): boolean {
    const waits = this.#waiting !== undefined;
    if (this.#waiting) this.#apply(this.#waiting);
    return waits;
  }

  /** Denies what no longer holds, and says what came of it. */
  expire(subject: Subject<V> | undefined): "holds" | "renewed" | "expired" {
    if (!this.#view || this.#clock() < this.#view.validUntil) return "holds";
    if (this.#waiting && this.#clock() < this.#waiting.session.validUntil) {
      this.#apply(this.#waiting);
      return "renewed";
    }
    if (subject && this.#renew(subject)) return "renewed";
    this.#view = undefined;
    return "expired";
  }

  /** Asks the bundle that is shown for the same person, of whom something else is known by now. */
  reask(subject: Subject<V>): boolean {
    release(this.#waiting);
    this.#waiting = undefined;
    try {
      return this.#renew(subject);
    } catch {
      return false;
    }
  }

  clear(): void {
    for (const held of [this.#former, this.#held, this.#waiting]) release(held);
    this.#former = this.#held = this.#waiting = this.#view = undefined;
  }

  #apply(held: Held<V>): void {
    release(this.#former);
    if (this.#waiting !== held) release(this.#waiting);
    this.#former = this.#held;
    this.#held = held;
    this.#waiting = undefined;
    this.#view = held.session;
  }

  /** Asks the bundle once more: a role or a feature may have ended, and the rest of it holds. */
  #renew(subject: Subject<V>): boolean {
    const held = this.#held;
    if (!held || this.#view !== held.session || this.#clock() >= held.policy.header.expires_at) return false;
    const session = held.policy.session(subject);
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
}

function sessionOf<V extends Vocabulary>(policy: Portcullis<V>, subject: Subject<V>): Session<V> {
  try {
    return policy.session(subject);
  } catch (error) {
    policy.free();
    throw error;
  }
}

function release(held: Held<never> | Held<Vocabulary> | undefined): void {
  held?.session.free();
  held?.policy.free();
}
