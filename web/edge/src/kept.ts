import { bare } from "./members";

/** What keeps text for a page, as `localStorage` does. */
export interface Keeper {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** The last good bundle, and whose it is. It is verified again before it is used: whoever can write here can lie. */
export interface Kept {
  /** Who it is for, as the page knows them. */
  readonly who: string;
  /** The subject, where the page asks the server who that is: offline it cannot. */
  readonly subject?: unknown;
  readonly etag: string | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The page's own storage, if it has one and may use it. */
export function pageStorage(): Keeper | undefined {
  try {
    return typeof document === "undefined" ? undefined : (globalThis.localStorage ?? undefined);
  } catch {
    return undefined;
  }
}

/** Keeps one bundle under a key; what cannot be kept or read is as if it had never been there. */
export class Shelf {
  readonly #keeper: Keeper | undefined;
  readonly #key: string;

  constructor(keeper: Keeper | undefined, key: string) {
    this.#keeper = keeper;
    this.#key = key;
  }

  put({ bytes, ...rest }: Kept): void {
    if (!this.#keeper || bytes.length > KEPT_BYTES_MAX) return;
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    try {
      this.#keeper.setItem(this.#key, JSON.stringify({ ...rest, bundle: btoa(text) }));
    } catch {
      // It is full. What is there may be another's.
      this.clear();
    }
  }

  /** Returns what is kept; what is somebody else's is thrown away. */
  take(who: string | undefined): Kept | undefined {
    try {
      const text = this.#keeper?.getItem(this.#key);
      if (!text) return undefined;
      const { who: whose, subject, etag, bundle } = bare(JSON.parse(text) as Record<string, any>);
      if (typeof whose === "string" && (who === undefined || whose === who)) {
        const bytes = Uint8Array.from(atob(bundle), (char) => char.charCodeAt(0));
        return { who: whose, subject, etag: typeof etag === "string" ? etag : undefined, bytes };
      }
    } catch {
      // Damaged, or not to be read.
    }
    this.clear();
    return undefined;
  }

  clear(): void {
    try {
      this.#keeper?.removeItem(this.#key);
    } catch {
      // Then there is nothing to be read either.
    }
  }
}

/** A subject's slice has a few kilobytes; the storage of a whole site has some five million. */
const KEPT_BYTES_MAX = 512 * 1024;
