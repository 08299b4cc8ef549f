import { Policy as GuestPolicy } from "../generated/edge.js";
import { type Clock, endOf, turnClock } from "./clock";
import { answered, attempted, PortcullisError } from "./errors";
import { bare, isObject, member } from "./members";
import { Packer } from "./pack";
import { type Names, Session } from "./session";
import { start } from "./start";
import { type Floor, packTrust, type Trust } from "./trust";
import { type Bytes, type Verify, verify as platformVerify } from "./verify";
import type { AuthzenSubject, Registered, Subject, Vocabulary } from "./vocabulary";

/** How a bundle is to be believed. */
export interface LoadOptions {
  readonly trust: Trust;
  /** The clock, or one time in Unix seconds; the machine's clock, unless given. */
  readonly now?: Clock | number;
  /**
   * Whether a whole bundle is taken too. It tells all that there is to know of a tenant's
   * roles, so a browser takes only slices by default.
   */
  readonly wholeBundle?: boolean;
  /** How signatures are verified: by the platform's own cryptography, unless given. */
  readonly verify?: Verify;
}

/** What a session is for. */
export interface SessionOptions {
  /** The first Unix second at which the identity no longer holds; the bundle's end, unless given. */
  readonly validUntil?: number;
}

/** A verified bundle, ready to answer. */
export class Portcullis<V extends Vocabulary = Registered> {
  /** Who the bundle is for and how long it holds. */
  readonly header: Header;
  /** The features that the tenant has on, ascending. */
  readonly features: readonly V["feature"][];
  /** Every permission, in catalog order. */
  readonly permissions: readonly V["permission"][];
  /** Every scope, in catalog order. */
  readonly scopes: readonly V["scope"][];
  readonly #guest: GuestPolicy;
  readonly #names: Names;
  readonly #clock: Clock;
  #freed = false;

  private constructor(guest: GuestPolicy, facts: BundleFacts, clock: Clock) {
    this.#guest = guest;
    this.#clock = clock;
    const { permissions: named, former, features, scopes, subject, action, context, resource, ...header } = facts;
    const permissions = Object.keys(named);
    this.header = header;
    this.features = features;
    this.permissions = permissions;
    this.scopes = scopes;
    const present = (name: string) => (Object.hasOwn(former, name) ? permissions[former[name] as number] : undefined);
    this.#names = { permissions, subject, action, context, resource, present };
  }

  /**
   * Verifies a bundle, by the engine that this makes ready.
   *
   * @throws PortcullisError `bundle-rejected`, `invalid-trust`, `unsupported`, or as `start` does.
   */
  static async load<V extends Vocabulary = Registered>(
    bundle: Uint8Array | ArrayBuffer,
    options: LoadOptions,
  ): Promise<Portcullis<V>> {
    const { trust: stated, now = turnClock, wholeBundle = false, verify = platformVerify } = bare(options);
    const clock = typeof now === "number" ? () => now : now;
    const trust = attempted("invalid-trust", () => packTrust(stated, wholeBundle));
    // A copy: what is verified must be what is opened.
    const bytes: Bytes = attempted("malformed", () => new Uint8Array(bundle.slice(0)));
    await start();
    let verified = new Uint8Array();
    for (;;) {
      const guest = new GuestPolicy(bytes, trust, verified, clock());
      const claims = guest.claims() as Bytes;
      if (claims.length === 0) return new Portcullis<V>(guest, JSON.parse(answered(guest.facts())), clock);
      guest.free();
      const looking = looked(claims, bytes, verify);
      verified = Uint8Array.from([...verified, ...(await looking.catch((cause) => attempted("unsupported", () => { throw cause; })))]);
    }
  }

  /**
   * Resolves a subject, written plainly or as AuthZEN has it.
   *
   * @throws PortcullisError `bundle-expired`, `limit-exceeded` or `malformed`.
   */
  session(subject: Subject<V> | AuthzenSubject<V>, options: SessionOptions = {}): Session<V> {
    const policy = this.#held();
    const packed = attempted("malformed", () => new Packer().subject(plain(subject, this.#names.subject), this.#names.subject).finish().slice());
    const given = bare(options);
    const until = "validUntil" in given ? endOf(given.validUntil, "validUntil") : this.header.expires_at;
    const guest = policy.session(packed, until, this.#clock());
    // A session that could not be made answers every question with why.
    if (guest.valid_until() === 0) answered(guest.modules(this.#clock()));
    return new Session<V>(() => this.#held(), guest, this.#names, this.#clock, packed);
  }

  /** Gives its memory back at once; it answers no longer, and its sessions are to be freed too. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#guest.free();
  }

  /** Returns the floor that refuses every bundle older than this one. */
  floor(): Floor {
    const { sequence, slice_of, digest } = bare(this.header);
    return { sequence, digest: slice_of ?? digest };
  }

  #held(): GuestPolicy {
    if (this.#freed) throw new PortcullisError("freed", "");
    return this.#guest;
  }
}

/** Returns a subject with its properties beside its id: left where they are, they would make it one without a role. */
function plain(subject: object, attributes: readonly string[]): object {
  const properties = member(subject, "properties") ?? undefined;
  if (properties === undefined || attributes.includes("properties")) return subject;
  const stated = Object.keys(subject).filter((name) => !["type", "id", "properties"].includes(name));
  if (!isObject(properties) || stated.length > 0) {
    throw new PortcullisError("malformed", "a subject has its roles and attributes either beside its id or in `properties`");
  }
  return { ...properties, ...subject };
}

/** Who a bundle is for, what it replaces and how long it holds; times in Unix seconds. */
export interface Header {
  readonly audience: string;
  readonly tenant: string;
  readonly catalog: string;
  /** Grows with every bundle of an audience and tenant. */
  readonly sequence: number;
  readonly issued_at: number;
  /** The first second at which it no longer holds. */
  readonly expires_at: number;
  /** SHA-256 of the payload in hexadecimal: the bundle's identity. */
  readonly digest: string;
  /** The whole bundle's digest, of a slice. */
  readonly slice_of?: string;
  /** Whether role changes wait for a subject's next session. */
  readonly changes_at_next_session: boolean;
}

/** Verifies claims, as the guest lists them (`wasm/browser/src/policy.rs`), and notes which hold. */
async function looked(claims: Bytes, bundle: Bytes, verify: Verify): Promise<Bytes> {
  const view = new DataView(claims.buffer);
  for (let at = 0; at < claims.length; at += CLAIM_BYTES) {
    const key = claims.subarray(at + 8, at + 40);
    const signed = bundle.subarray(view.getUint32(at, true), view.getUint32(at + 4, true));
    const holds = await verify(key, signed, claims.subarray(at + 40, at + CLAIM_BYTES));
    claims[at] = holds === true ? 1 : 0;
  }
  return claims;
}

const CLAIM_BYTES = 104;

interface BundleFacts extends Header {
  /** Former names of permissions, each with the number of the permission. */
  readonly former: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  /** In catalog order. */
  readonly permissions: Readonly<Record<string, 0>>;
  readonly scopes: readonly string[];
  readonly subject: readonly string[];
  readonly action: readonly string[];
  readonly context: readonly string[];
  readonly resource: readonly string[];
}
