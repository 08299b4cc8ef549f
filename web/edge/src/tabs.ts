import { orAborted } from "./attempt";
import type { Fetched } from "./fetched";
import { isOf, type News } from "./news";

/**
 * The tabs that show the same bundle: one fetches, and tells the others. Where a platform has no channel or no locks,
 * each tab fetches for itself.
 */
export class Tabs {
  readonly #name: string;
  readonly #patienceMs: number;
  readonly #hear: (news: News) => void;
  readonly #waiting = new Set<(news: News) => void>();
  #channel: BroadcastChannel | undefined;

  constructor(name: string, patienceMs: number, hear: (news: News) => void) {
    this.#name = name;
    this.#patienceMs = Math.min(patienceMs, OTHER_TAB_MS);
    this.#hear = hear;
  }

  open(): void {
    this.#channel ??= this.#opened();
    if (!this.#channel) return;
    this.#channel.onmessage = ({ data }: MessageEvent<News>) => {
      for (const waiting of this.#waiting) waiting(data);
      this.#hear(data);
    };
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Lets the others know, also where this one listens to nobody. */
  tell(news: News): void {
    const channel = this.#channel ?? this.#opened();
    channel?.postMessage(news);
    if (channel !== this.#channel) channel?.close();
  }

  /**
   * Fetches, unless another tab is about it: then its answer is awaited, but not for long, for that tab may hang.
   * Returns nothing where another tab has let everybody know, this one too.
   */
  async fetch(
    work: () => Promise<Fetched | undefined>,
    own: { readonly who: string; readonly etag: string | undefined },
    signal: AbortSignal,
  ): Promise<{ answer: Fetched | undefined } | undefined> {
    const locks = this.#channel && globalThis.navigator?.locks;
    if (!locks) return { answer: await work() };
    const news = await locks.request(this.#name, { ifAvailable: true }, async (lock) => {
      if (!lock) return undefined;
      // Given up for somebody else, it is of no use to another tab either, and nobody waits for it.
      const answer = await orAborted(signal, work());
      this.tell({ kind: "answered", ...own, answer });
      return { answer };
    });
    if (news) return news;
    return (await this.#heard(own, signal)) ? undefined : { answer: await work() };
  }

  #opened(): BroadcastChannel | undefined {
    if (typeof document === "undefined" || typeof BroadcastChannel === "undefined") return undefined;
    return new BroadcastChannel(this.#name);
  }

  #heard(own: { readonly who: string; readonly etag: string | undefined }, signal: AbortSignal): Promise<boolean> {
    return new Promise((done) => {
      const end = (heard: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        done(heard);
      };
      const waiting = (news: News) => news.who === own.who && (news.kind === "ended" || isOf(news, own.etag)) && end(true);
      const timer = setTimeout(end, this.#patienceMs, false);
      signal.addEventListener("abort", () => end(false), { once: true });
      this.#waiting.add(waiting);
    });
  }
}

const OTHER_TAB_MS = 3_000;
