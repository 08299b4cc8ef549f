import { Gate as GuestGate, initSync } from "../generated/worker.js";
import { type Clock, turnClock } from "./clock";
import { answered, PortcullisError } from "./errors";
import { fetchNewer } from "./fetched";

/** Who is at the other end of the connection, by what the platform itself knows: never a header. */
export type Peer = { readonly address: string } | { readonly identity: string };

/** What is known beside the request. */
export interface JudgeOptions {
  /** Unknown, unless given, and then no header of identity is believed. */
  readonly peer?: Peer;
  /** Where the client asked to, if the request's URL is another. */
  readonly authority?: string;
}

/** What a log keeps: everything that the client does not see. */
export interface LogEntry {
  readonly code: string;
  readonly trace?: string;
  readonly [member: string]: unknown;
}

/** What becomes of a request: one of the two is null. */
export interface Verdict {
  readonly forward: {
    readonly remove: readonly string[];
    readonly set: readonly (readonly [string, string])[];
    /** The target in place of the client's, where a token was cut out of its query. */
    readonly target?: string;
    /** What changes in the upstream's answer: `remove` first, then `add` beside what is left. */
    readonly answer: { readonly remove: readonly string[]; readonly add: readonly (readonly [string, string])[] };
  } | null;
  readonly respond: {
    readonly status: number;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
    /** The issuer whose keys may be fetched before this is final: `handle` waits for them. */
    readonly awaits_keys?: number;
  } | null;
  readonly level: "off" | "debug" | "info" | "warn" | "error";
  readonly entry: LogEntry;
}

/** How a gate stands. */
export interface GateStatus {
  readonly ready: boolean;
  readonly tenants: readonly {
    readonly tenant: string;
    readonly sequence: number;
    readonly expires_at: number;
    readonly ready: boolean;
    readonly stale: boolean;
  }[];
  readonly last_rejection?: string;
  readonly tokens: number;
  /** The keys for tokens that are not used, each by its issuer and its `kid` or its place in the set, and why. */
  readonly unused_keys?: readonly string[];
  /** The issuers whose keys are fetched: until when the last set is believed, and why the last fetch failed. */
  readonly fetched_keys?: readonly { readonly issuer: string; readonly until: number; readonly failure?: string }[];
}

/** Fetches something, as `fetch` does. */
export type Fetcher = (url: string, init: RequestInit) => Promise<Response>;

let started = false;

/** Makes the gate ready, from the module that a Worker imports. Further calls do nothing. */
export function startSync(module: WebAssembly.Module | BufferSource): void {
  if (started) return;
  initSync({ module });
  started = true;
}

/** Judges requests by the newest bundle that it was offered and believed. */
export class Gate {
  readonly #guest: GuestGate;
  readonly #clock: Clock;
  /** The configuration's own bundle, until it is offered. */
  #carried: Uint8Array | undefined;
  #etag: string | undefined;

  /**
   * Takes a configuration (docs/GATE.md), and the bundle that it may carry.
   *
   * @throws PortcullisError `invalid-config` or `not-started`.
   */
  constructor(config: object | string, options: { readonly now?: Clock } = {}) {
    if (!started) throw new PortcullisError("not-started", "call `startSync` first");
    this.#clock = options.now ?? turnClock;
    this.#guest = new GuestGate(ENCODER.encode(typeof config === "string" ? config : JSON.stringify(config)));
    const invalid = this.#guest.invalid();
    if (invalid) throw new PortcullisError("invalid-config", invalid);
    const bundle = this.#guest.bundle();
    // Not offered yet: while a Worker starts, its clock may stand at zero.
    if (bundle.length > 0) this.#carried = bundle;
  }

  /**
   * Offers a bundle; what was accepted before answers on where it is refused.
   *
   * @throws PortcullisError `bundle-rejected`.
   */
  offer(bundle: Uint8Array | ArrayBuffer): "accepted" | "unchanged" {
    const bytes = bundle instanceof Uint8Array ? bundle : new Uint8Array(bundle);
    return answered(this.#guest.offer(bytes, this.#clock())) as "accepted" | "unchanged";
  }

  /**
   * Looks for a newer bundle, and offers it.
   *
   * @throws PortcullisError `offline` or `bundle-rejected`.
   */
  async refresh(
    url: string | URL,
    fetcher: (url: string | URL, init: RequestInit) => Promise<Response> = fetch,
  ): Promise<"accepted" | "unchanged"> {
    const newer = await fetchNewer(fetcher, url, this.#etag).catch((cause) => {
      throw new PortcullisError("offline", "the bundle could not be fetched", { cause });
    });
    if (!newer) return "unchanged";
    const offered = this.offer(newer.bytes);
    this.#etag = newer.etag;
    return offered;
  }

  /**
   * Replaces the keys that verify an issuer's tokens by another JWK set.
   *
   * @throws PortcullisError `invalid-config`: the former keys stay.
   */
  replaceTokenKeys(issuer: string, keys: object): void {
    const invalid = this.#guest.replace_token_keys(issuer, ENCODER.encode(JSON.stringify(keys)));
    if (invalid) throw new PortcullisError("invalid-config", invalid);
  }

  /**
   * Fetches the keys of issuers that are due, and does nothing where none are. Never throws: the status says what
   * failed, and the last good keys stay until they are too old.
   */
  async refreshKeys(fetcher: Fetcher = fetch): Promise<void> {
    for (;;) {
      const next = this.#guest.next_key_fetch(this.#clock());
      if (next === "") return;
      const { issuer, url } = JSON.parse(next) as { issuer: number; url: string };
      const { status, cacheControl, body } = await fetchKeys(fetcher, url);
      this.#guest.answer_key_fetch(issuer, status, cacheControl, body, this.#clock());
    }
  }

  /** Says what becomes of a request. */
  judge(request: Request, options: JudgeOptions = {}): Verdict {
    this.#offerCarried();
    const url = new URL(request.url);
    const nonce = crypto.getRandomValues(new Uint8Array(16));
    const peer = options.peer ?? {};
    const runs = [
      ENCODER.encode(request.method),
      ENCODER.encode(options.authority ?? request.headers.get("host") ?? url.host),
      ENCODER.encode(url.pathname + url.search),
      nonce,
      "address" in peer
        ? tagged(1, peer.address as string)
        : "identity" in peer
          ? tagged(2, peer.identity as string)
          : Uint8Array.of(0),
    ];
    request.headers.forEach((value, name) => runs.push(ENCODER.encode(name), bytesOf(value)));
    return JSON.parse(answered(this.#guest.judge(packed(runs), this.#clock())));
  }

  /** Answers a request: by the gate itself, or by the upstream, which gets what may go on. */
  async handle(
    request: Request,
    upstream: (request: Request) => Promise<Response> | Response,
    options: JudgeOptions & {
      readonly log?: (verdict: Verdict) => void;
      /** Fetches keys in place of the platform's `fetch`. */
      readonly fetchKeys?: Fetcher;
      /** Keeps what goes on after the answer alive: `ctx.waitUntil` in a Worker. */
      readonly waitUntil?: (work: Promise<void>) => void;
    } = {},
  ): Promise<Response> {
    let verdict: Verdict;
    try {
      const refreshed = this.refreshKeys(options.fetchKeys);
      options.waitUntil?.(refreshed);
      verdict = this.judge(request, options);
      const issuer = verdict.respond?.awaits_keys;
      if (issuer !== undefined) {
        await this.#awaitKeys(issuer, options.fetchKeys);
        verdict = this.judge(request, options);
      }
    } catch {
      // What cannot be judged does not go on.
      return new Response(null, { status: 503 });
    }
    options.log?.(verdict);
    if (verdict.forward) {
      const headers = new Headers(request.headers);
      for (const name of verdict.forward.remove) headers.delete(name);
      for (const [name, value] of verdict.forward.set) headers.set(name, value);
      const { target } = verdict.forward;
      const asked = target === undefined ? request : new Request(new URL(request.url).origin + target, request);
      const answer = await upstream(new Request(asked, { headers, redirect: "manual" }));
      return changed(answer, verdict.forward.answer);
    }
    if (!verdict.respond) return new Response(null, { status: 503 });
    const { status, headers, body } = verdict.respond;
    const empty = request.method === "HEAD" || status === 204;
    return new Response(empty ? null : body, { status, headers: headers.map(([name, value]) => [name, value]) });
  }

  /** Returns how the gate stands. */
  status(): GateStatus {
    this.#offerCarried();
    return JSON.parse(answered(this.#guest.status(this.#clock())));
  }

  /** Waits for an issuer's keys, up to five seconds. */
  async #awaitKeys(issuer: number, fetcher: Fetcher | undefined): Promise<void> {
    this.#guest.want_keys(issuer, this.#clock());
    let waits = true;
    const fetched = this.refreshKeys(fetcher).then(() => {
      // What another request fetches is not to be awaited here: a Worker forbids that, so it is looked for.
      if (!this.#guest.fetches_keys(issuer, this.#clock())) waits = false;
    });
    await Promise.race([fetched, pause(KEYS_MS)]);
    for (let waited = 0; waits && waited < KEYS_MS; waited += PAUSE_MS) {
      await pause(PAUSE_MS);
      waits = this.#guest.fetches_keys(issuer, this.#clock());
    }
  }

  #offerCarried(): void {
    const bundle = this.#carried;
    if (!bundle) return;
    this.#carried = undefined;
    try {
      this.offer(bundle);
    } catch {
      // The status says why, and until another is accepted every request is refused.
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Fetches a key set, or an issuer's description, within the bounds; the status is 0 where there is no answer. */
async function fetchKeys(
  fetcher: Fetcher,
  url: string,
): Promise<{ status: number; cacheControl: string; body: Uint8Array }> {
  try {
    const response = await fetcher(url, {
      redirect: "manual",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(KEYS_MS),
    });
    const cacheControl = response.headers.get("cache-control") ?? "";
    return { status: response.status, cacheControl, body: await bounded(response) };
  } catch {
    return { status: 0, cacheControl: "", body: new Uint8Array() };
  }
}

/** Reads no more of a body than shows that it is too long. */
async function bounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader && length <= KEYS_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  await reader?.cancel();
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Returns an upstream's answer as the gate wants it. */
function changed(answer: Response, changes: NonNullable<Verdict["forward"]>["answer"]): Response {
  // An upgrade cannot be made again, and browsers read none of these headers of one.
  if (answer.status === 101 || (changes.remove.length === 0 && changes.add.length === 0)) return answer;
  const own = new Response(answer.body, answer);
  for (const name of changes.remove) own.headers.delete(name);
  for (const [name, value] of changes.add) own.headers.append(name, value);
  return own;
}

/** Returns the bytes of a header's value: each character is one, unless a platform decoded them. */
function bytesOf(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length);
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code > 0xff) return ENCODER.encode(value);
    bytes[at] = code;
  }
  return bytes;
}

function tagged(tag: number, text: string): Uint8Array {
  const bytes = ENCODER.encode(text);
  const run = new Uint8Array(bytes.length + 1);
  run[0] = tag;
  run.set(bytes, 1);
  return run;
}

/** Packs runs as the guest reads them (`wasm/browser/src/gate.rs`). */
function packed(runs: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(runs.reduce((sum, run) => sum + 4 + run.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const run of runs) {
    view.setUint32(at, run.length, true);
    bytes.set(run, at + 4);
    at += 4 + run.length;
  }
  return bytes;
}

const ENCODER = new TextEncoder();
const KEYS_MS = 5_000;
const KEYS_BYTES = 256 * 1024;
const PAUSE_MS = 50;
