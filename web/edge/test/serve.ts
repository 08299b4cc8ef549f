import { mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

import { build, type BuildOptions } from "esbuild";

/** Answers a path with what it holds, or with nothing. */
export type Answer = (path: string, headers: Record<string, unknown>) => Reply | undefined | Promise<Reply | undefined>;

/** A body, and headers beside its type. */
export interface Reply {
  readonly status?: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Record<string, string>;
}

/** A server on loopback. */
export interface Server {
  readonly url: string;
  /** What was answered, path by path, as text. */
  readonly sent: Map<string, string>;
  close(): Promise<void>;
}

/** Serves what `answer` knows, under the policy for content that a careful page has. */
export async function serve(answer: Answer): Promise<Server> {
  const sent = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const reply = await answer(path, request.headers);
    if (!reply) {
      response.writeHead(404).end();
      return;
    }
    const body = reply.body ?? "";
    if (body.length > 0) sent.set(path, typeof body === "string" ? body : Buffer.from(body).toString("latin1"));
    const type = TYPES[extname(path)] ?? "text/html; charset=utf-8";
    response.writeHead(reply.status ?? 200, { "content-type": type, "content-security-policy": CSP, ...reply.headers });
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sent,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** Bundles a module of this folder, as an application's bundler would, and returns its folder. */
export async function bundle(name: string, options: BuildOptions = {}): Promise<URL> {
  const folder = new URL(`../../../target/web/${name}/`, import.meta.url);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outdir: fileURLToPath(folder),
    bundle: true,
    format: "esm",
    jsx: "automatic",
    conditions: ["browser"],
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "error",
    ...options,
  });
  return folder;
}

/** All that a page needs to be allowed. */
export const CSP = "default-src 'self' 'wasm-unsafe-eval'";

const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".pclb": "application/octet-stream",
};
