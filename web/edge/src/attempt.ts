/** Something that is under way, and can be ended. */
export interface Attempt {
  readonly done: Promise<void>;
  /** When it began, by `performance.now()`. */
  readonly began: number;
  abort(why: Error): void;
}

/**
 * Runs work for so long and no longer: what does not heed the signal is not waited for either.
 *
 * The work's promise never rejects unheard, whatever it does later.
 */
export function within(milliseconds: number, work: (signal: AbortSignal) => Promise<void>): Attempt {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new Error(`there was no answer within ${milliseconds / 1000} s`));
  }, milliseconds);
  const done = orAborted(controller.signal, work(controller.signal)).finally(() => clearTimeout(timer));
  return { done, began: performance.now(), abort: (why) => controller.abort(why) };
}

/** Waits for work until the signal aborts, and no longer. */
export function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, rejected) => {
    signal.addEventListener("abort", () => rejected(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

/** Returns how long to wait after so many failures: twice as long each time, and not all pages at once. */
export function backoff(failures: number): number {
  return jittered(Math.min(1_000 * 2 ** Math.min(failures, 20), BACKOFF_MS_MAX), 0.5);
}

/** Returns a length of time, more or less by a share of it. */
export function jittered(milliseconds: number, share: number): number {
  return milliseconds * (1 - share + 2 * share * Math.random());
}

const BACKOFF_MS_MAX = 300_000;
