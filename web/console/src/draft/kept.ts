import type { Change } from "@portcullis/author";

/** Where drafts outlive the page: `localStorage`, or what a product puts in its place. */
export type Keeper = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** A draft as it is kept. */
export interface KeptDraft {
  /** The policy that it is a draft of. */
  readonly digest: string;
  readonly changes: readonly Change[];
}

/** Keeps the changes of a draft; an empty one is not kept. */
export function keep(keeper: Keeper, place: string, { digest, changes }: KeptDraft): void {
  try {
    if (changes.length === 0) keeper.removeItem(keyOf(place));
    else keeper.setItem(keyOf(place), JSON.stringify({ digest, changes }));
  } catch {
    // Full, or forbidden: then a draft lives as long as its page.
  }
}

/** Returns the draft that was kept there. */
export function kept(keeper: Keeper, place: string): KeptDraft | undefined {
  try {
    const found = JSON.parse(keeper.getItem(keyOf(place)) ?? "null");
    if (typeof found?.digest !== "string" || !Array.isArray(found.changes)) return undefined;
    return found;
  } catch {
    return undefined;
  }
}

const keyOf = (place: string) => `portcullis-console:${place}`;
