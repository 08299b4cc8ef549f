import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

import { Desk } from "../src/author/desk";
import { MemoryStore } from "../src/store/memory";
import { actorOf, type Snapshot, type StoreActor, StoreError } from "../src/store/store";

/** The app over a store in memory, spoken to as `portcullis console` is. */
export interface Served {
  /** Where it is, with its one-time token. */
  readonly address: string;
  readonly url: string;
  readonly store: MemoryStore;
  /** Whether it answers at all. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export const NOW = 1_700_000_000;
export const OWNER: StoreActor = { subject: "owner@acme.example" };
export const ROOT = new URL("../../../", import.meta.url);

/** Returns a policy of the examples, without a log. */
export async function example(name: string): Promise<Snapshot> {
  return snapshotOf(readFileSync(new URL(`examples/${name}/policy.json`, ROOT), "utf8"));
}

/** Returns a policy as a store keeps it. */
export async function snapshotOf(policy: string): Promise<Snapshot> {
  const { digest } = await new Desk().open(policy, "", NOW);
  return { policy, digest, records: [] };
}

/** Makes a change as a store does. */
export async function administer(text: string, change: Parameters<Desk["administered"]>[1], actor: StoreActor) {
  return new Desk().administered(text, change, actorOf(actor), Math.floor(Date.now() / 1000));
}

/** Serves the built app. */
export async function served(policies: Readonly<Record<string, Snapshot>>, actor: StoreActor | null = OWNER, vendor?: string): Promise<Served> {
  const store = new MemoryStore(administer, policies, actor);
  const token = randomBytes(16).toString("hex");
  const cookie = randomBytes(16).toString("hex");
  let isTokenUsed = false;
  let port = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (!pathname.startsWith("/api/")) return file(pathname, response);
    response.setHeader("cache-control", "no-store");
    const json = (status: number, body?: unknown) => {
      response.writeHead(status, { "content-type": "application/json" }).end(body === undefined ? "" : JSON.stringify(body));
    };
    const body = request.method === "POST" ? JSON.parse(await textOf(request)) : undefined;
    if (pathname === "/api/session") {
      if (body.token !== token || isTokenUsed) return json(401, { error: "this token is no good" });
      isTokenUsed = true;
      response.setHeader("set-cookie", `portcullis-console=${cookie}; HttpOnly; SameSite=Strict; Path=/`);
      return json(204);
    }
    if (!request.headers.cookie?.includes(cookie)) return json(401, { error: "this page is not signed in" });
    try {
      const [, , , id = "", part] = pathname.split("/").map(decodeURIComponent);
      if (pathname === "/api/policies") return json(200, { ...(await store.open()), ...(vendor ? { vendor } : {}) });
      if (pathname === "/api/actor") return json(204, await store.choose(body));
      if (part === "changes") {
        const changed = await store.change(id, body);
        if (changed.outcome === "refused") return json(422, { index: changed.index, refusal: changed.refusal });
        return json(changed.outcome === "made" ? 200 : 409, changed.snapshot);
      }
      const known = request.headers["if-none-match"]?.replaceAll('"', "");
      const read = await store.read(id, known);
      return read === "unchanged" ? json(304) : json(200, read);
    } catch (error) {
      // Cut off after its head: a browser whose connection ends before that asks again by itself, also with a POST.
      if (error instanceof StoreError && error.kind === "unreachable") {
        response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
        return void response.write("{", () => response.destroy());
      }
      return json(400, { error: String(error) });
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  const start = () => new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  };
  await start();
  port = (server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${port}`;
  return { address: `${url}/?token=${token}`, url, store, start, stop, close: stop };
}

function file(path: string, response: ServerResponse): void {
  const name = path === "/" ? "/index.html" : path;
  try {
    const body = readFileSync(new URL(`../dist${name}`, import.meta.url));
    response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "application/octet-stream", "content-security-policy": CSP, "x-content-type-options": "nosniff" });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

export const CSP = "default-src 'self' 'wasm-unsafe-eval'; frame-ancestors 'none'";

const TYPES: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
