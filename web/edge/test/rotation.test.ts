import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

import { PROGRAM, ROOT, WORKERD } from "./fixtures";
import { type Workerd, workerd } from "./workerd";

const ready = Boolean(WORKERD && PROGRAM);
const ISSUER = "https://id.example";
const POLICY = {
  catalog: {
    id: "desk",
    scopes: { all: "true" },
    supports: ["all"],
    modules: { tickets: { actions: { read: "read" } } },
    roles: { agent: { grants: { all: "tickets:read" } } },
    routes: [{ methods: "GET", path: "/tickets", permission: "tickets:read" }],
  },
  tenant: { id: "acme" },
};
const folder = new URL("target/web/rotation/", ROOT);
const file = (name: string) => fileURLToPath(new URL(name, folder));
const portcullis = (...args: string[]) => execFileSync(PROGRAM as string, args, { stdio: ["ignore", "pipe", "inherit"] });

const keys = new Map<string, { jwk: object; key: KeyObject }>();
let served: string[] = ["1"];
let manner: "good" | "down" | "lying" = "good";
let asked: string[] = [];
let worker: Workerd;
let close: () => void;

beforeAll(async () => {
  if (!ready) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const kid of ["1", "2", "3", "made-up"]) {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    keys.set(kid, { jwk: { ...publicKey.export({ format: "jwk" }), kid }, key: privateKey });
  }
  const provider = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (manner === "down") return void request.socket.destroy();
    const issuer = manner === "lying" ? "https://evil.example" : ISSUER;
    const answer = request.url?.startsWith("/.well-known/")
      ? { issuer, jwks_uri: `${ISSUER}/keys` }
      : { keys: served.map((kid) => keys.get(kid)?.jwk) };
    response.writeHead(200, { "content-type": "application/json", "cache-control": "max-age=300" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => provider.listen(0, "127.0.0.1", done));
  close = () => (provider.closeAllConnections(), void provider.close());

  portcullis("keygen", "-o", file("keys"));
  writeFileSync(file("policy.json"), JSON.stringify(POLICY));
  portcullis("build", file("policy.json"), "-k", file("keys/signing.key"), "-o", file("b.pclb"), "--sequence", "1");
  const config = {
    trust: JSON.parse(readFileSync(file("keys/trust.json"), "utf8")),
    tenant: "acme",
    identity: {
      issuers: [{ issuer: ISSUER, audiences: "desk", keys: { discover: true }, claims: { roles: "roles" } }],
    },
    bundle: readFileSync(file("b.pclb")).toString("base64"),
  };
  writeFileSync(file("gate.json"), JSON.stringify(config));
  writeFileSync(file("place.json"), JSON.stringify({ provider: `http://127.0.0.1:${(provider.address() as AddressInfo).port}` }));
  await build({
    entryPoints: [fileURLToPath(new URL("rotation-worker.ts", import.meta.url))],
    outfile: file("worker.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    external: ["./worker.wasm", "./gate.json", "./place.json"],
    logLevel: "error",
  });
  copyFileSync(new URL("../dist/worker.wasm", import.meta.url), file("worker.wasm"));
  worker = await workerd(folder, [
    ["worker.js", "esModule"],
    ["worker.wasm", "wasm"],
    ["gate.json", "json"],
    ["place.json", "json"],
  ]);
});

afterAll(() => {
  worker?.close();
  close?.();
});

async function ask(kid: string): Promise<number> {
  const claims = { iss: ISSUER, aud: "desk", sub: "jo", roles: ["agent"], exp: Math.floor(Date.now() / 1000) + 600 };
  const encoded = [{ alg: "EdDSA", kid, typ: "JWT" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const signature = sign(null, Buffer.from(encoded.join(".")), keys.get(kid)?.key as KeyObject).toString("base64url");
  const response = await fetch(`${worker.url}/tickets`, { headers: { authorization: `Bearer ${encoded.join(".")}.${signature}` } });
  await response.text();
  return response.status;
}

const rest = () => new Promise((done) => setTimeout(done, 10_500));

test.skipIf(!ready)(
  "keys follow their provider, which rotates them, goes down and lies",
  async () => {
    // Many at once wait for the very first set, which is fetched once.
    expect(await Promise.all([1, 2, 3, 4, 5].map(() => ask("1")))).toEqual([200, 200, 200, 200, 200]);
    expect(asked).toEqual(["/.well-known/openid-configuration", "/keys"]);
    expect(await ask("made-up")).toBe(401);

    served = ["2"];
    await expect.poll(() => ask("2"), { timeout: 20_000, interval: 300 }).toBe(200);
    expect([await ask("2"), await ask("1")]).toEqual([200, 401]);

    served = ["2", "3"];
    for (const other of ["down", "lying"] as const) {
      manner = other;
      await rest();
      for (let round = 0; round < 3; round++) expect([other, await ask("2"), await ask("3")]).toEqual([other, 200, 401]);
    }
    manner = "good";
    await expect.poll(() => ask("3"), { timeout: 20_000, interval: 300 }).toBe(200);
    const status = await (await fetch(`${worker.url}/status`)).json();
    expect(status.fetched_keys).toMatchObject([{ issuer: ISSUER }]);
    expect(asked.length).toBeLessThan(30);
  },
  90_000,
);
