import { PortcullisError } from "./errors";
import { bare } from "./members";

/** What is trusted: the content of `trust.json`, as `portcullis keygen` writes it. */
export interface Trust {
  /** How many distinct keys must have signed. */
  readonly threshold: number;
  readonly keys: readonly {
    /** The 32 bytes of an Ed25519 public key in base64url. */
    readonly key: string;
    /** The kinds of bundle that it may sign; whole bundles and slices, unless given. */
    // Also any text, for TypeScript knows no more of an imported `trust.json`; one that is no use is refused.
    readonly use?: KeyUse | (string & {}) | undefined;
    /** The tenants whose bundles it may sign; all, unless given. */
    readonly tenants?: readonly string[] | undefined;
  }[];
  /** The audience that a bundle must name. */
  readonly audience: string;
  /** The tenants whose bundles are taken; any, unless given. */
  readonly tenants?: readonly string[] | undefined;
  /** What was accepted before, so that it cannot be rolled back. */
  readonly floor?: number | Floor | undefined;
}

/** The kinds of bundle that a key may sign. */
export type KeyUse = "any" | "slices-only" | "whole-only";

/** The newest sequence that was accepted, and the digest accepted under it. */
export interface Floor {
  readonly sequence: number;
  /** SHA-256 of the payload, in hexadecimal or base64url. */
  readonly digest?: string;
}

/** Packs trust as the guest reads it (`wasm/browser/src/trust.rs`). */
export function packTrust(given: Trust | undefined, wholeBundle: boolean): Uint8Array {
  const trust = bare(given);
  if (!Array.isArray(trust.keys)) throw new PortcullisError("invalid-trust", "give `trust`, the content of `trust.json`");
  const keys: Trust["keys"] = trust.keys.map(bare);
  const lists = [
    [trust.audience, ...tenantsOf(trust.tenants, "`tenants` is empty")],
    ...keys.map((key) => ["", ...tenantsOf(key.tenants, "a key's `tenants` are empty")]),
  ];
  const names = ENCODER.encode(lists.map((list) => list.map(plain).join("\0")).join("\x01"));
  const bytes = new Uint8Array(48 + 33 * keys.length + names.length);
  // A threshold of more keys than a bundle may carry is refused as one that is out of reach.
  bytes[0] = Math.min(integer(trust.threshold, "threshold"), 255);
  bytes[1] = wholeBundle ? 2 : 1;
  if (trust.floor !== undefined) {
    const { sequence, digest } = bare(typeof trust.floor === "object" ? trust.floor : { sequence: trust.floor });
    bytes[2] = digest === undefined ? 1 : 2;
    new DataView(bytes.buffer).setBigUint64(3, BigInt(integer(sequence, "floor")), true);
    if (digest !== undefined) bytes.set(fixed(digest, "floor"), 11);
  }
  bytes[47] = keys.length;
  if (keys.length > 255) throw new PortcullisError("invalid-trust", "more than 255 keys");
  let at = 48;
  for (const key of keys) {
    bytes[at] = useOf(key.use ?? "any");
    bytes.set(fixed(key.key, "key"), at + 1);
    at += 33;
  }
  bytes.set(names, at);
  return bytes;
}

function useOf(stated: string): number {
  const at = USES.indexOf(stated as KeyUse);
  // A use that is not known here would otherwise be read as a wider one.
  if (at < 0) throw new PortcullisError("invalid-trust", "a key's `use` is not any, slices-only or whole-only");
  return at;
}

function tenantsOf(tenants: readonly string[] | undefined, wrong: string): readonly string[] {
  if (tenants?.length === 0) throw new PortcullisError("invalid-trust", `${wrong}: leave it out for all`);
  return tenants ?? [];
}

/** Returns a name without what separates names. */
function plain(name: string): string {
  if (!/[\0\x01]/.test(name)) return name;
  throw new PortcullisError("invalid-trust", "a name has a control character");
}

function integer(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new PortcullisError("invalid-trust", `\`${name}\` is not a whole number`);
}

function fixed(text: string, name: string): Uint8Array {
  const bytes = /^[0-9a-f]{64}$/.test(text)
    ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    : base64(text);
  if (bytes?.length === 32) return bytes;
  throw new PortcullisError("invalid-trust", `a \`${name}\` is not 32 bytes in base64url`);
}

function base64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

const USES: readonly KeyUse[] = ["any", "slices-only", "whole-only"];
const ENCODER = new TextEncoder();
