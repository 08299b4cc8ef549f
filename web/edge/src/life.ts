/** Why a page looks at its access again. */
export type Why = "time" | "reader" | "network";

/**
 * When a page looks at its access again: at a time, when its reader comes back, and when the network does.
 *
 * It lives only while somebody listens, so that whoever forgets it leaves no timer behind.
 */
export class Life {
  readonly #woken: (why: Why) => void;
  readonly #heard = new Map<string, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #alive = false;

  constructor(woken: (why: Why) => void) {
    this.#woken = woken;
  }

  get alive(): boolean {
    return this.#alive;
  }

  begin(): void {
    if (this.#alive) return;
    this.#alive = true;
    // Asleep, a machine stops its timers; a tab in the background slows them down.
    this.#on(globalThis, "focus", () => this.#woken("reader"));
    this.#on(globalThis, "pageshow", () => this.#woken("reader"));
    this.#on(globalThis, "online", () => this.#woken("network"));
    const page = (globalThis as { document?: Document }).document;
    if (page) this.#on(page, "visibilitychange", () => page.visibilityState === "visible" && this.#woken("reader"));
  }

  end(): void {
    this.#alive = false;
    clearTimeout(this.#timer);
    for (const remove of this.#heard.values()) remove();
    this.#heard.clear();
  }

  /** Wakes after so many milliseconds, and forgets what was asked for before. */
  wakeAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#alive || milliseconds === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#woken("time"), Math.min(Math.max(milliseconds, 0), TIMER_MS_MAX));
    // A server that listens is not kept running by it.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #on(target: Partial<EventTarget>, name: string, listener: () => void): void {
    if (typeof target.addEventListener !== "function") return;
    target.addEventListener(name, listener);
    this.#heard.set(name, () => target.removeEventListener?.(name, listener));
  }
}

/** What a timer can hold; later it is asked again. */
const TIMER_MS_MAX = 2 ** 31 - 1;
