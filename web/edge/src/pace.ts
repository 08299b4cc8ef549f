import { backoff, jittered } from "./attempt";
import type { Why } from "./life";

/** When a page refreshes by itself, by `performance.now()`. */
export class Pace {
  /** How often to look for a newer bundle; only before it expires, unless given. */
  seconds: number | undefined;
  #due = Number.POSITIVE_INFINITY;
  #refreshed = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(seconds: number | undefined) {
    this.seconds = seconds;
  }

  failed(): void {
    this.#failures++;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Notes that a refresh has come to its end. */
  refreshed(): void {
    this.#refreshed = performance.now();
  }

  /** Waits for the reader: only they can change what stands against the page. */
  rest(): void {
    this.#due = Number.POSITIVE_INFINITY;
    this.#failures = 0;
  }

  hurry(): void {
    this.#due = Number.NEGATIVE_INFINITY;
  }

  /** Says when to refresh next, where what is shown holds for so many seconds more. */
  schedule(left: number | undefined): void {
    const now = performance.now();
    this.#due = Number.POSITIVE_INFINITY;
    if (this.#failures > 0) {
      this.#due = now + backoff(this.#failures);
      return;
    }
    // In time for another try or two, and not too often for one that has but seconds left.
    if (left !== undefined) this.#due = now + jittered(Math.max(left, 5) * 1000 * 0.8, 0.1);
    if (this.seconds !== undefined) this.#due = Math.min(this.#due, now + jittered(this.seconds * 1000, 0.1));
  }

  /** Says whether to refresh, as it was woken for that reason. */
  isDue(why: Why): boolean {
    const now = performance.now();
    return why === "time" ? now >= this.#due : why === "network" || now - this.#refreshed > RECENT_MS;
  }

  /** Returns for how many milliseconds there is nothing to do. */
  wait(): number {
    return this.#due - performance.now();
  }
}

/** A reader who comes back twice within this is one who came back once. */
const RECENT_MS = 2_000;
