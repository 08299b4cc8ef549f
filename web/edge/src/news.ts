import type { Fetched } from "./fetched";

/** What a tab tells the others of the same page. */
export type News = Answered | Ended;

/** What the server answered: nothing where the bundle is still the one of that etag. */
export interface Answered {
  readonly kind: "answered";
  readonly who: string;
  readonly etag: string | undefined;
  readonly answer: Fetched | undefined;
}

/** Somebody is no longer signed in, or may no longer be here; without a name it is whoever is. */
export interface Ended {
  readonly kind: "ended";
  readonly who: string;
  readonly status: "unauthenticated" | "forbidden";
  /** Whether they have left, so that there is nothing more to ask for. */
  readonly left: boolean;
}

/** Says whether an answer is one for a tab that has the bundle of this etag, or none. */
export function isOf(news: Answered, etag: string | undefined): boolean {
  return news.answer !== undefined || (etag !== undefined && news.etag === etag);
}
