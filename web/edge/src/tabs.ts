import type { Fetched } from "./fetched";

/** What a tab tells the others of the same page. */
export type News =
  /** What the server answered: nothing where the bundle is still the one of that etag. */
  | Answered
  /** Somebody is no longer signed in, or may no longer be here. */
  | { readonly kind: "ended"; readonly who: string; readonly status: "unauthenticated" | "forbidden" };

interface Answered {
  readonly kind: "answered";
  readonly who: string;
  readonly etag: string | undefined;
  readonly answer: Fetched | undefined;
}

/**
 * The tabs that show the same bundle: one fetches, and tells the others. Where a platform has no channel or no locks,
 * each tab fetches for itself.
 */
export class Tabs {
  readonly #name: string;
  readonly #hear: (news: News) => void;
  readonly #waiting = new Set<(news: News) => void>();
  #channel: BroadcastChannel | undefined;

  constructor(name: string, hear: (news: News) => void) {
    this.#name = name;
    this.#hear = hear;
  }

  open(): void {
    if (this.#channel || typeof document === "undefined" || typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) => {
      for (const waiting of this.#waiting) waiting(data);
      this.#hear(data);
    };
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  tell(news: News): void {
    this.#channel?.postMessage(news);
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
      const answer = await work();
      this.tell({ kind: "answered", ...own, answer });
      return { answer };
    });
    if (news) return news;
    return (await this.#heard(own, signal)) ? undefined : { answer: await work() };
  }

  #heard(own: { readonly who: string; readonly etag: string | undefined }, signal: AbortSignal): Promise<boolean> {
    return new Promise((done) => {
      const end = (heard: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        done(heard);
      };
      const waiting = (news: News) => news.who === own.who && (news.kind === "ended" || isOf(news, own.etag)) && end(true);
      const timer = setTimeout(end, OTHER_TAB_MS, false);
      signal.addEventListener("abort", () => end(false), { once: true });
      this.#waiting.add(waiting);
    });
  }
}

/** Says whether an answer is one for a tab that has the bundle of this etag, or none. */
export function isOf(news: Answered, etag: string | undefined): boolean {
  return news.answer !== undefined || (etag !== undefined && news.etag === etag);
}

const OTHER_TAB_MS = 3_000;
