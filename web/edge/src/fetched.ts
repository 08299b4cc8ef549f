/** A bundle as it was fetched: no byte of it is believed yet. */
export interface Fetched {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string | undefined;
  /** The server's clock, in Unix seconds, where it says. */
  readonly date?: number;
}

/** A server's answer that is no bundle. */
export class NotFetched extends Error {
  readonly status: number;

  constructor(url: string | URL, status: number) {
    super(`${url} answered ${status}`);
    this.status = status;
  }
}

type Fetcher = (url: string | URL, init: RequestInit) => Promise<Response>;

/**
 * Fetches a bundle, unless it is still the one of that `etag`.
 *
 * Throws where there is none to be had, also for a body longer than a bundle may be. Each entry of the package says so
 * by its own `PortcullisError`: one imported here would be another class in each.
 */
export async function fetchNewer(
  fetcher: Fetcher,
  url: string | URL,
  etag: string | undefined,
  init: RequestInit = {},
): Promise<Fetched | undefined> {
  const response = await fetcher(url, { ...init, headers: etag ? { "if-none-match": etag } : {} });
  if (response.status === 304) return undefined;
  if (!response.ok) throw new NotFetched(url, response.status);
  const bytes = await bounded(response);
  const seconds = Math.floor(Date.parse(response.headers.get("date") ?? "") / 1000);
  return { bytes, etag: response.headers.get("etag") ?? undefined, ...(seconds > 0 && { date: seconds }) };
}

/** Reads a body that must not be longer than a bundle may be: whoever answers does not choose how much is kept. */
async function bounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop by an error cancels the body.
  for await (const chunk of chunksOf(response)) {
    length += chunk.length;
    if (length > BUNDLE_BYTES_MAX) throw new Error(`the body has more than ${BUNDLE_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Returns a body's chunks, also where a platform's streams cannot be iterated. */
async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Ends what is still on its way; of a body that was read whole there is nothing to end.
    reader.cancel().catch(() => {});
  }
}

/** The default bound on a bundle (docs/FORMAT.md). */
const BUNDLE_BYTES_MAX = 4 * 1024 * 1024;
