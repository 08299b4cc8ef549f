import { PortcullisError } from "./errors";
import { isObject, member } from "./members";
import { sortedValues } from "./values";

/** Writes the packed layout 1 of `wit/plugin.wit`: lengths as LEB128, then what follows. */
export class Packer {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** Starts with what was packed before. */
  constructor(start?: Uint8Array) {
    if (start) this.#append(start);
  }

  /** Appends a request's version and subject. */
  subject(subject: object, attributes: readonly string[]): this {
    this.#byte(1);
    this.#text(string(member(subject, "type") ?? "user", "type"));
    this.#text(idOf(member(subject, "id")));
    this.#names(member(subject, "roles"), "roles");
    this.#run(() => {
      for (const [team, roles] of Object.entries(member(subject, "team_roles") ?? {})) {
        this.#text(team);
        this.#names(roles, "team_roles");
      }
    });
    this.#names(member(subject, "groups"), "groups");
    this.#attributes(subject, attributes);
    return this;
  }

  /** Appends a question. */
  question(
    permission: string,
    resource: object | undefined,
    facts: object | undefined,
    declared: Declared,
  ): this {
    if (resource !== undefined && !isObject(resource)) throw new PortcullisError("malformed", "the resource is no object");
    this.#text(permission);
    this.#attributes(facts && member(facts, "action"), declared.action);
    this.#attributes(facts && member(facts, "context"), declared.context);
    const id = resource && member(resource, "id");
    if (id === undefined) {
      this.#byte(0);
    } else {
      this.#byte(1);
      this.#text(idOf(id));
    }
    this.#attributes(resource, declared.resource);
    return this;
  }

  /** Returns the bytes, which are the caller's. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #attributes(given: unknown, declared: readonly string[]): void {
    this.#run(() => {
      if (!given) return;
      for (const name of declared) {
        const value = member(given, name);
        if (value === undefined) continue;
        this.#text(name);
        this.#names(value, name);
      }
    });
  }

  #names(names: unknown, what: string): void {
    this.#run(() => {
      for (const name of sortedValues(names ?? null, what)) this.#text(name);
    });
  }

  #text(text: string): void {
    this.#run(() => {
      this.#reserve(3 * text.length);
      // By hand where it is plain: the encoder's call alone takes longer than a name does.
      let at = 0;
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > 0x7f) break;
        this.#bytes[this.#length + at] = code;
      }
      this.#length += at;
      if (at === text.length) return;
      // What has no UTF-8 would be changed on the way, and a changed value is another one.
      if (LONE_SURROGATE.test(text)) throw new PortcullisError("malformed", "a text is not Unicode");
      this.#length += ENCODER.encodeInto(text.slice(at), this.#bytes.subarray(this.#length)).written;
    });
  }

  // Most runs are short, so a byte is kept free for their length, and more only if need be.
  #run(write: () => void): void {
    this.#byte(0);
    const start = this.#length;
    write();
    let rest = this.#length - start;
    let more = 0;
    while (rest >>> (7 * (more + 1)) > 0) more++;
    if (more > 0) {
      this.#reserve(more);
      this.#bytes.copyWithin(start + more, start, this.#length);
      this.#length += more;
    }
    for (let at = start - 1; at < start + more; at++, rest >>>= 7) {
      this.#bytes[at] = rest > 0x7f ? (rest & 0x7f) | 0x80 : rest;
    }
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(more: number): void {
    if (this.#length + more > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + more));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
  }
}

/** The names of attributes that a catalog declares; others are not looked at. */
export interface Declared {
  readonly subject: readonly string[];
  readonly action: readonly string[];
  readonly context: readonly string[];
  readonly resource: readonly string[];
}

function string(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw new PortcullisError("malformed", `\`${name}\` is not text`);
}

/** Returns an id's text: a number's is the decimal one, if it has one that is its own. */
function idOf(value: unknown): string {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  return string(isWhole ? String(value) : value, "id");
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const ENCODER = new TextEncoder();
