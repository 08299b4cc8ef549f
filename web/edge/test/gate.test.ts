import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

import { PROGRAM, ROOT, WORKERD } from "./fixtures";
import { started, type Workerd } from "./workerd";

const ready = Boolean(WORKERD && PROGRAM);
const POLICY = {
  catalog: {
    id: "desk",
    features: ["reports"],
    attributes: { subject: [], resource: ["assignees"] },
    scopes: { own: "shares(subject.id, resource.assignees)", all: "true" },
    modules: {
      tickets: { actions: { read: "read", reply: "write" } },
      reports: { requires: "reports", actions: { read: "read" } },
    },
    roles: { agent: { grants: { own: ["tickets:read", "tickets:reply"], all: "reports:read" } } },
    routes: [
      { methods: "GET", path: "/health", public: true },
      { methods: "GET", path: "/news", public: true, cors: { origins: "https://app.example" } },
      { methods: "GET", path: "/tickets", permission: "tickets:read", conditional: "forward" },
      { methods: "GET", path: "/stream", permission: "tickets:read", conditional: "forward", token_in_query: true },
      { methods: "POST", path: "/tickets/{id}", permission: "tickets:reply" },
      { methods: "GET", path: "/reports", permission: "reports:read" },
    ],
  },
  tenant: { id: "acme", features: [] as string[] },
};

let key: KeyObject;
let seen: { url: string; headers: IncomingHttpHeaders }[] = [];
let bundle: Buffer;
let etag: string;
let conditional = 0;
let worker: Workerd;
let close: () => void;

const folder = new URL("target/web/gate/", ROOT);
const file = (name: string) => fileURLToPath(new URL(name, folder));
const portcullis = (...args: string[]) => execFileSync(PROGRAM as string, args, { stdio: ["ignore", "pipe", "inherit"] });

function built(features: string[], sequence: number): Buffer {
  writeFileSync(file("policy.json"), JSON.stringify({ ...POLICY, tenant: { ...POLICY.tenant, features } }));
  portcullis("build", file("policy.json"), "-k", file("keys/signing.key"), "-o", file("b.pclb"), "--sequence", String(sequence));
  return readFileSync(file("b.pclb"));
}

beforeAll(async () => {
  if (!ready) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  portcullis("keygen", "-o", file("keys"));
  bundle = built([], 1);
  etag = '"1"';
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  key = createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" }));
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1" };
  const config = {
    trust: JSON.parse(readFileSync(file("keys/trust.json"), "utf8")),
    tenant: "acme",
    identity: { tokens: [{ header: "authorization" }, { query: "access_token" }], issuers: [{ issuer: "https://id.example", audiences: "desk", keys: { keys: [jwk] }, claims: { roles: "roles" } }] },
    bundle: bundle.toString("base64"),
  };
  writeFileSync(file("gate.json"), JSON.stringify(config));
  const origin = createServer((request, response) => {
    if (request.url === "/access.pclb") {
      const same = request.headers["if-none-match"] === etag;
      if (same) conditional++;
      response.writeHead(same ? 304 : 200, { etag }).end(same ? undefined : bundle);
      return;
    }
    seen.push({ url: request.url ?? "", headers: request.headers });
    // What the origin says of other origins is not its to say where a route does.
    response.writeHead(200, { "access-control-allow-origin": "*", vary: "accept-encoding" }).end("from the origin");
  });
  await new Promise<void>((done) => origin.listen(0, "127.0.0.1", done));
  close = () => (origin.closeAllConnections(), void origin.close());

  const example = new URL("examples/worker/", ROOT);
  await build({
    entryPoints: [fileURLToPath(new URL("worker.js", example))],
    outdir: fileURLToPath(folder),
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    external: ["./worker.wasm", "./gate.json"],
    logLevel: "error",
  });
  copyFileSync(new URL("../dist/worker.wasm", import.meta.url), file("worker.wasm"));
  // The example's own configuration, but for the ports.
  const config_ = readFileSync(new URL("config.capnp", example), "utf8")
    .replace("127.0.0.1:8080", `127.0.0.1:${(origin.address() as AddressInfo).port}`)
    .replace("127.0.0.1:8787", "127.0.0.1:0")
    .replace('text = "30"', 'text = "0"');
  writeFileSync(file("config.capnp"), config_);
  worker = await started(new URL("config.capnp", folder));
});

afterAll(() => {
  worker?.close();
  close?.();
});

function token(claims: object): string {
  const now = Math.floor(Date.now() / 1000);
  const body = { iss: "https://id.example", aud: "desk", sub: "jo", exp: now + 600, ...claims };
  const encoded = [{ alg: "EdDSA", kid: "k1", typ: "JWT" }, body].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  return `${encoded.join(".")}.${sign(null, Buffer.from(encoded.join(".")), key).toString("base64url")}`;
}

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  seen = [];
  const response = await fetch(worker.url + path, { method, headers, redirect: "manual" });
  return { status: response.status, body: await response.text(), type: response.headers.get("content-type"), origin: seen[0] };
}

const agent = () => ({ authorization: `Bearer ${token({ roles: ["agent"] })}` });

test.skipIf(!ready)("a public route goes on, without what only the gate may say", async () => {
  const { status, body, origin } = await ask("GET", "/health", { "x-portcullis-subject": "admin", "X-Portcullis-Filter": "{}" });
  expect([status, body]).toEqual([200, "from the origin"]);
  expect(origin?.headers["x-portcullis-decision"]).toBe("public");
  expect(origin?.headers["x-portcullis-subject"]).toBeUndefined();
  expect(origin?.headers["x-portcullis-filter"]).toBeUndefined();
});

test.skipIf(!ready)("only the pages that a route names may read its answers", async () => {
  const read = async (path: string, origin?: string) => {
    const response = await fetch(worker.url + path, { headers: origin ? { origin } : {} });
    return [response.headers.get("access-control-allow-origin"), response.headers.get("vary"), await response.text()];
  };
  const body = "from the origin";
  expect(await read("/news", "https://app.example")).toEqual(["https://app.example", "accept-encoding, origin", body]);
  expect(await read("/news", "https://evil.example")).toEqual([null, "accept-encoding, origin", body]);
  expect(await read("/news")).toEqual([null, "accept-encoding, origin", body]);
  expect(await read("/health", "https://evil.example")).toEqual(["*", "accept-encoding", body]);
});

test.skipIf(!ready)("a conditional answer goes on with the filter that the origin must apply", async () => {
  const { status, origin } = await ask("GET", "/tickets?page=2", agent());
  expect(status).toBe(200);
  expect(origin?.url).toBe("/tickets?page=2");
  expect(origin?.headers["x-portcullis-subject"]).toBe("jo");
  expect(origin?.headers["x-portcullis-decision"]).toBe("conditional");
  expect(JSON.parse(decodeURIComponent(String(origin?.headers["x-portcullis-filter"])))).toEqual({
    any: [{ all: [{ attribute: "assignees", in: ["jo"] }] }],
  });
});

test.skipIf(!ready)("a token in the query goes no further than the gate, and neither does the answer", async () => {
  seen = [];
  const response = await fetch(`${worker.url}/stream?from=7&access_token=${token({ roles: ["agent"] })}`, { redirect: "manual" });
  expect([response.status, await response.text()]).toEqual([200, "from the origin"]);
  expect(seen.map(({ url }) => url)).toEqual(["/stream?from=7"]);
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const elsewhere = await ask("GET", `/tickets?access_token=${token({ roles: ["agent"] })}`);
  expect([elsewhere.status, elsewhere.origin]).toEqual([401, undefined]);
});

test.skipIf(!ready)("what may not go on is answered as a problem, and the origin hears nothing of it", async () => {
  const cases: [string, string, Record<string, string>, number][] = [
    ["GET", "/tickets", {}, 401],
    ["GET", "/tickets", { authorization: "Bearer not.a.token" }, 401],
    ["GET", "/tickets", { authorization: `Bearer ${token({ roles: ["agent"], exp: 1 })}` }, 401],
    ["GET", "/tickets", { authorization: `Bearer ${token({ roles: ["agent"], aud: "other" })}` }, 401],
    ["GET", "/tickets", { authorization: `Bearer ${token({ roles: [] })}` }, 403],
    ["POST", "/tickets/7", agent(), 403],
    ["GET", "/reports", agent(), 403],
    ["GET", "/elsewhere", agent(), 404],
    ["GET", "/tickets%2f7", agent(), 400],
    ["DELETE", "/tickets", agent(), 404],
  ];
  for (const [method, path, headers, expected] of cases) {
    const { status, body, type, origin } = await ask(method, path, headers);
    expect([method, path, status, origin]).toEqual([method, path, expected, undefined]);
    expect(type).toBe("application/problem+json");
    expect(JSON.parse(body).status).toBe(expected);
  }
});

test.skipIf(!ready)("a newer bundle at the origin is fetched once and answers; an older one and a damaged one do not", async () => {
  expect((await ask("GET", "/reports", agent())).status).toBe(403);
  const old = bundle;
  bundle = built(["reports"], 2);
  etag = '"2"';
  await expect.poll(async () => (await ask("GET", "/reports", agent())).status, { timeout: 10_000 }).toBe(200);
  conditional = 0;
  await expect.poll(async () => (await ask("GET", "/health"), conditional), { timeout: 10_000 }).toBeGreaterThan(1);
  const worseOnes = [old, Buffer.from("<!doctype html>"), Buffer.alloc(0), Buffer.concat([bundle, Buffer.alloc(5 << 20)])];
  for (const [number, worse] of worseOnes.entries()) {
    bundle = worse;
    etag = `"worse ${number}"`;
    for (let time = 0; time < 5; time++) expect((await ask("GET", "/reports", agent())).status).toBe(200);
  }
});
