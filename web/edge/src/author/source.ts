import { type Payload, type Preview as GuestPreview, Source as GuestSource } from "../../generated/author.js";
import { PortcullisError } from "../errors";
import { type Administered, type Administration, asked } from "./administration";
import { type Problem, answered } from "./errors";
import { ask, bytesOf, jsonOf, POLICY_BYTES_MAX, release, secondsOf } from "./guest";
import { Preview } from "./preview";
import type { Outline } from "./outline";
import type { Finding, Matrix, PolicyDiff, Report } from "./reports";
import type { Who } from "./who";

/** What a bundle says of itself; what is left out is as `portcullis build` has it. */
export interface BundleMetadata {
  /** When it is issued, in Unix seconds. */
  readonly now: number;
  /** `default`, unless given. */
  readonly audience?: string;
  /** `now`, unless given. */
  readonly sequence?: number;
  /** 30 days, unless given. */
  readonly validForSeconds?: number;
  readonly pinFloor?: number;
  /** The last link of the audit log, in hexadecimal. */
  readonly auditHead?: string;
  /** Leave the people out. */
  readonly withoutDirectory?: boolean;
}

/** How a matrix can be written. */
export type MatrixFormat = "markdown" | "csv" | "html";

/**
 * Compiles a policy file; bytes are taken as UTF-8.
 *
 * @throws InvalidPolicyError with every problem's path and cure; PortcullisError
 * `limit-exceeded`, `malformed` or `not-started`.
 */
export function compile(text: string | Uint8Array): PolicySource {
  const bytes = bytesOf(text, "the policy", POLICY_BYTES_MAX);
  return opened(ask(() => new GuestSource(bytes)));
}

/** Returns a policy that the guest has compiled, or throws what is wrong with it. */
function opened(guest: GuestSource): PolicySource {
  return new PolicySource(guest, JSON.parse(ask(() => answered(guest.facts()))));
}

/** A matrix whose cells are numbers of sets of scopes: there are a million cells, and a dozen sets. */
interface Table extends Pick<Matrix, "catalog" | "tenant" | "roles"> {
  readonly sets: readonly (readonly string[])[];
  readonly rows: readonly (Omit<Matrix["rows"][number], "cells"> & { readonly cells: readonly number[] })[];
}

/** Puts the scopes into every cell; those that are the same are one list. */
function writtenOut({ catalog, tenant, roles, sets, rows }: Table): Matrix {
  const written = ({ module, action, open, cells }: Table["rows"][number]) => ({ module, action, open, cells: cells.map((set) => sets[set] ?? []) });
  return { catalog, tenant, roles, rows: rows.map(written) };
}

/** A policy that compiles. It never changes: what changes it gives another. */
export class PolicySource {
  /** The catalog's id. */
  readonly catalog: string;
  /** The tenant's id. */
  readonly tenant: string;
  /** SHA-256 of the text: what an audit record names it by. */
  readonly digest: string;
  /** What its author should know though it stands. */
  readonly warnings: readonly Problem[];
  /** What copies of roles were left behind by. */
  readonly notes: readonly string[];
  #guest: GuestSource | undefined;

  /** @internal */
  constructor(guest: GuestSource, { catalog, tenant, digest, warnings, notes }: SourceFacts) {
    this.#guest = guest;
    this.catalog = catalog;
    this.tenant = tenant;
    this.digest = digest;
    this.warnings = warnings;
    this.notes = notes;
  }

  /** Runs its tests, as the bundle issued at `now` would answer; `portcullis test --json` words it so. */
  test(options: { readonly now: number }): Report {
    const now = secondsOf(options?.now);
    return this.#json((guest) => guest.test(now));
  }

  /** Returns what may still be wrong with it. */
  lint(): readonly Finding[] {
    return this.#json((guest) => guest.lint());
  }

  /**
   * Returns who may do what: of all roles, or of those that are named.
   *
   * @throws PortcullisError `malformed` for a role that the policy does not have.
   */
  matrix(roles: readonly string[] = []): Matrix {
    const json = jsonOf(roles, "the roles");
    return writtenOut(this.#json((guest) => guest.matrix(json, "table")));
  }

  /** Returns the matrix as a document. */
  matrixAs(format: MatrixFormat, roles: readonly string[] = []): string {
    const json = jsonOf(roles, "the roles");
    return this.#text((guest) => guest.matrix(json, String(format)));
  }

  /** Returns what a page shows of it: names, choices, people and what is off. */
  outline(options: { readonly now: number }): Outline {
    const now = secondsOf(options?.now);
    return this.#json((guest) => guest.outline(now));
  }

  /**
   * Returns who may use a permission, on a resource of which `id` and some attributes may be given.
   *
   * @throws PortcullisError `malformed` for a permission or an attribute that the catalog has not.
   */
  who(permission: string, options: { readonly now: number; readonly resource?: Readonly<Record<string, readonly string[]>> }): Who {
    const now = secondsOf(options?.now);
    const resource = jsonOf(options?.resource ?? {}, "the resource");
    return this.#json((guest) => guest.who(String(permission), resource, now));
  }

  /** Returns its names as types of TypeScript: what `portcullis types` writes. */
  types(): string {
    return this.#text((guest) => guest.types());
  }

  /** Returns what another policy changes, and who gains and loses by it. */
  diff(after: PolicySource): PolicyDiff {
    if (!(after instanceof PolicySource)) throw new PortcullisError("malformed", "that is no policy");
    const other = after.#alive();
    return this.#json((guest) => guest.diff(other));
  }

  /**
   * Makes a change to roles or to who holds them, if the actor may: returns the policy after it,
   * whom it touches, and the record of it.
   *
   * Whoever keeps the policy has to make the change again: nobody may rely on what a page says.
   *
   * @throws RefusedError with the rule that stands against it, and what to do.
   */
  administer(administration: Administration): Administered {
    const { kind, actor, change, resource, now } = asked(administration);
    const guest = this.#alive();
    const made = ask(() => guest.administer(kind, actor, change, resource, now));
    try {
      ask(() => answered(made.failure()));
    } catch (refused) {
      release(made);
      throw refused;
    }
    const done = JSON.parse(ask(() => made.json()));
    const text = ask(() => made.text());
    return { policy: opened(ask(() => made.source())), text, ...done };
  }

  /**
   * Returns the payload of its bundle, which nobody has signed: its SHA-256 is the bundle's digest.
   *
   * @throws PortcullisError `unencodable` or `malformed`.
   */
  payload(metadata: BundleMetadata): Uint8Array {
    const now = secondsOf(metadata?.now);
    const stated = jsonOf(
      {
        audience: metadata.audience,
        sequence: metadata.sequence,
        valid_for_seconds: metadata.validForSeconds,
        pin_floor: metadata.pinFloor,
        audit_head: metadata.auditHead,
        without_directory: metadata.withoutDirectory,
      },
      "the metadata",
    );
    const guest = this.#alive();
    return ask(() => {
      const payload: Payload = guest.payload(stated, now);
      try {
        answered(payload.failure());
        return payload.bytes();
      } finally {
        payload.free();
      }
    });
  }

  /**
   * Opens it as the engine would open its bundle, issued at `now`.
   *
   * @throws PortcullisError `unencodable`.
   */
  preview(options: { readonly now: number }): Preview {
    const now = secondsOf(options?.now);
    const guest = this.#alive();
    return ask(() => {
      const preview: GuestPreview = guest.preview(now);
      answered(preview.failure());
      return new Preview(preview);
    });
  }

  /** Gives its memory back at once; it answers no longer. */
  free(): void {
    release(this.#guest);
    this.#guest = undefined;
  }

  #alive(): GuestSource {
    if (!this.#guest) throw new PortcullisError("freed", "the policy was freed");
    return this.#guest;
  }

  #text(question: (guest: GuestSource) => string): string {
    const guest = this.#alive();
    return ask(() => answered(question(guest)));
  }

  #json<T>(question: (guest: GuestSource) => string): T {
    return JSON.parse(this.#text(question));
  }
}

interface SourceFacts {
  readonly catalog: string;
  readonly tenant: string;
  readonly digest: string;
  readonly warnings: readonly Problem[];
  readonly notes: readonly string[];
}
