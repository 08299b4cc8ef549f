import { createPublicKey, verify } from "node:crypto";

import type { Verify } from "@portcullis/edge";
import { Access, type AccessOptions } from "@portcullis/edge/access";
import { afterEach, beforeEach, vi } from "vitest";

import { decoded } from "./conformance";
import { fixtures } from "./fixtures";

// Pages of one browser on a clock that the test turns: every wait is the access's own.
export const { bundles, cases, changes, trust, now, expires_at } = fixtures();
export const asked = cases.find((one) => one.name === "cx-platform, slice for agent, interactions:read");
export const subject = asked?.subject as { id: string };
export const permission = asked?.permission as string;
export const good = decoded(bundles[asked?.bundle as number] as string);

export type Reply = (signal: AbortSignal, etag: string | undefined) => Response | Promise<Response>;

/** The server of a test, and what it was asked. */
export const server: { reply: Reply; asks: { readonly url: string; readonly etag: string | undefined; readonly signal: AbortSignal }[] } = {
  reply: () => new Response(),
  asks: [],
};

let stop: (() => void)[] = [];

/** To be called once by a file whose tests have pages. */
export function turnsTheClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: now * 1000, toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    server.reply = served();
    server.asks = [];
    stop = [];
  });
  afterEach(() => {
    for (const end of stop) end();
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
}

export function access(more: Partial<AccessOptions> = {}): Access {
  return new Access({
    url: "https://app.example/access.pclb",
    trust,
    subject,
    verify: verifyAtOnce,
    fetch: async (url, init) => {
      const signal = init.signal as AbortSignal;
      const etag = (init.headers as Record<string, string>)["if-none-match"];
      server.asks.push({ url: String(url), etag, signal });
      return server.reply(signal, etag);
    },
    ...more,
  });
}

/** Listens, as a page does, and notes the changes. */
export function live(own: Access): { heard: number; states: string[] } {
  const heard = { heard: 0, states: [] as string[] };
  stop.push(
    own.subscribe(() => {
      heard.heard++;
      heard.states.push(own.status);
    }),
  );
  return heard;
}

/** As the platform verifies, but at once: how long a thread of its takes, no clock of the test counts. */
const verifyAtOnce: Verify = (key, signed, signature) => {
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
  return verify(null, signed, createPublicKey({ key: jwk, format: "jwk" }), signature);
};

/** Lets so many seconds pass, and what they set off come to its end. */
export async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await settled();
}

export const settled = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
};

export function memory() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

/** A server that knows etags. */
export const served = (bytes: Uint8Array<ArrayBuffer> = good, tag = '"1"'): Reply => (_, etag) =>
  etag === tag ? new Response(null, { status: 304 }) : new Response(bytes, { headers: { etag: tag } });
export const never: Reply = () => new Promise(() => undefined);
export const status = (code: number, headers: Record<string, string> = {}): Reply => () => new Response("", { status: code, headers });
export const down: Reply = () => {
  throw new TypeError("Failed to fetch");
};

/** Makes a browser of this process: its pages hear each other, and one at a time holds a lock. Returns what raises events. */
export function browser(): { raise(event: string): void; tell(message: unknown): void; said: unknown[] } {
  const target = new EventTarget();
  const said: unknown[] = [];
  const channels = new Set<Channel>();
  class Channel {
    onmessage: ((event: { data: unknown }) => void) | null = null;
    constructor(readonly name: string) {
      channels.add(this);
    }
    postMessage(message: unknown): void {
      said.push(message);
      const data = structuredClone(message);
      for (const one of channels) if (one !== this && one.name === this.name) setImmediate(() => channels.has(one) && one.onmessage?.({ data }));
    }
    close(): void {
      channels.delete(this);
    }
  }
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
  vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("navigator", { onLine: true, locks: new Locks() });
  return {
    said,
    raise: (event) => void target.dispatchEvent(new Event(event)),
    tell: (data) => {
      for (const one of channels) one.onmessage?.({ data });
    },
  };
}

type Held<T> = (lock: { readonly name: string } | null) => T | Promise<T>;

/** Locks as a browser has them: exclusive, first come, first served. */
class Locks {
  readonly #queues = new Map<string, Promise<unknown>>();

  async request<T>(name: string, given: Held<T> | { ifAvailable?: boolean; signal?: AbortSignal }, held?: Held<T>): Promise<T> {
    const [options, work] = typeof given === "function" ? [{}, given] : [given, held as Held<T>];
    const before = this.#queues.get(name);
    if (before && options.ifAvailable) return work(null);
    const { signal } = options;
    const granted = (async () => {
      await before;
      signal?.throwIfAborted();
      return work({ name });
    })();
    const end = granted.then(() => undefined, () => undefined);
    this.#queues.set(name, end);
    void end.then(() => this.#queues.get(name) === end && this.#queues.delete(name));
    if (!signal) return granted;
    const aborted = new Promise<never>((_, failed) => signal.addEventListener("abort", () => failed(signal.reason), { once: true }));
    aborted.catch(() => undefined);
    return Promise.race([granted, aborted]);
  }
}
