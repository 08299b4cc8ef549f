import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";

import { beforeAll, expect, test } from "vitest";

import { Gate, PortcullisError, startSync } from "../src/worker";

const [STAFF, PARTNERS] = ["https://staff.example", "https://partners.example"];

beforeAll(() => startSync(readFileSync(new URL("../dist/worker.wasm", import.meta.url))));

function jwk(kid: string, members: object = {}): object {
  return { ...generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }), kid, ...members };
}

function gate(): Gate {
  const issuer = (name: string, kid: string) => ({ issuer: name, audiences: "desk", keys: { keys: [jwk(kid)] } });
  return new Gate({
    trust: { threshold: 1, audience: "default", keys: [{ key: "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w" }] },
    tenant: "acme",
    identity: { issuers: [issuer(STAFF, "s"), issuer(PARTNERS, "p")] },
  });
}

function refusal(what: () => void): string {
  try {
    what();
  } catch (error) {
    if (error instanceof PortcullisError && error.code === "invalid-config") return error.message;
    throw error;
  }
  return "";
}

test("keys are replaced for the issuer that is named", () => {
  const own = gate();
  expect(own.status().unused_keys).toBeUndefined();
  own.replaceTokenKeys(PARTNERS, { keys: [jwk("q"), jwk("e", { use: "enc" })] });
  expect(own.status().unused_keys).toEqual([`${PARTNERS}: \`e\`: \`use\` is not sig`]);
  own.replaceTokenKeys(PARTNERS, { keys: [jwk("q")] });
  expect(own.status().unused_keys).toBeUndefined();
});

test("keys of nobody and sets without a usable key are refused, and the former ones stay", () => {
  const own = gate();
  own.replaceTokenKeys(STAFF, { keys: [jwk("t"), jwk("e", { use: "enc" })] });
  const before = own.status().unused_keys;
  expect(refusal(() => own.replaceTokenKeys("https://other.example", { keys: [jwk("q")] }))).toContain("no issuer here is named");
  expect(refusal(() => own.replaceTokenKeys(STAFF, { keys: [jwk("e", { use: "enc" })] }))).toContain("`use` is not sig");
  expect(own.status().unused_keys).toEqual(before);
});

test("the former member names its successor", () => {
  const trust = { threshold: 1, audience: "default", keys: [{ key: "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w" }] };
  const former = { trust, tenant: "acme", identity: { jwt: { issuers: STAFF, audiences: "desk", keys: { keys: [jwk("s")] } } } };
  expect(refusal(() => void new Gate(former))).toContain('write "issuers": [{"issuer": …');
});
