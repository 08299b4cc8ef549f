import type { Changed, ChangeRequest, LoggedRecord, Opened, Snapshot, Store, StoreActor } from "./store";
import { StoreError } from "./store";

/** A store behind `portcullis console`, or whatever speaks as it does. */
export class HttpStore implements Store {
  readonly #base: string;

  /** @param base where `/api` is, without a slash at its end */
  constructor(base = "") {
    this.#base = base;
  }

  /** Exchanges the one-time token that the program printed for a session. */
  async signIn(token: string): Promise<void> {
    await this.#ask("/api/session", { method: "POST", body: { token } });
  }

  async open(): Promise<Opened> {
    return bodyOf(await this.#ask("/api/policies"));
  }

  async choose(actor: StoreActor): Promise<void> {
    await this.#ask("/api/actor", { method: "POST", body: actor });
  }

  async read(id: string, known?: string): Promise<Snapshot | "unchanged"> {
    const response = await this.#ask(this.#path(id), known ? { headers: { "if-none-match": `"${known}"` } } : {}, [304]);
    return response.status === 304 ? "unchanged" : snapshot(await bodyOf(response));
  }

  async change(id: string, request: ChangeRequest): Promise<Changed> {
    const response = await this.#ask(`${this.#path(id)}/changes`, { method: "POST", body: request }, [409, 422]);
    const body = await bodyOf(response);
    if (response.status === 422) return { outcome: "refused", index: body.index, refusal: body.refusal };
    if (response.status === 409) return { outcome: "conflict", snapshot: snapshot(body) };
    // The answer has the new records alone: the log as it is comes with the next reading.
    const read = await this.read(id);
    return { outcome: "made", snapshot: read === "unchanged" ? snapshot(body) : read };
  }

  archive(id: string): string {
    return `${this.#base}${this.#path(id)}/archive`;
  }

  #path(id: string): string {
    return `/api/policies/${encodeURIComponent(id)}`;
  }

  async #ask(path: string, { method = "GET", body, headers = {} }: Asked = {}, expected: readonly number[] = []): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#base}${path}`, {
        method,
        credentials: "same-origin",
        cache: "no-store",
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new StoreError("unreachable", "the program behind this page does not answer", { cause });
    }
    if (response.ok || expected.includes(response.status)) return response;
    const words = await response.json().then(
      (answer: { error?: unknown }) => String(answer.error ?? response.statusText),
      () => response.statusText,
    );
    throw new StoreError(response.status === 401 ? "signed-out" : "failed", words);
  }
}

/** Reads an answer; one that is cut off says nothing. */
async function bodyOf(response: Response) {
  try {
    return await response.json();
  } catch (cause) {
    throw new StoreError("unreachable", "the answer of the program behind this page was cut off", { cause });
  }
}

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

interface SnapshotBody {
  readonly policy: string;
  readonly digest: string;
  readonly records: readonly (LoggedRecord | { readonly record: LoggedRecord })[];
}

/** Takes records with their links, as lines of the log have them, or without. */
function snapshot({ policy, digest, records }: SnapshotBody): Snapshot {
  return { policy, digest, records: records.map((line) => ("record" in line ? line.record : line)) };
}
