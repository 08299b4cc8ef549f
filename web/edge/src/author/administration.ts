import { PortcullisError } from "../errors";
import type { AuthzenSubject } from "./authzen";
import type { Change } from "./change";
import { bytesOf, jsonOf, REQUEST_BYTES_MAX, secondsOf } from "./guest";
import type { PolicySource } from "./source";

/**
 * Who asks: somebody of the directory, as `id` or `type:id`; a subject with groups and attributes
 * that the directory does not know, but without roles of its own; or the vendor, who turns
 * features on and off.
 */
export type Actor = string | AuthzenSubject | { readonly vendor: string };

/** A change, who asks for it and when. */
export interface Administration {
  readonly actor: Actor;
  readonly change: Change;
  /** Attributes of what it is made to, besides those that follow from the change. */
  readonly resource?: Readonly<Record<string, string | readonly string[]>>;
  /** In Unix seconds: the time of the record. */
  readonly now: number;
}

/** What became of a change that was allowed. */
export interface Administered {
  /** The policy after it, compiled. */
  readonly policy: PolicySource;
  /** The policy's new text; all but the tenant is as it was written. */
  readonly text: string;
  readonly record: AuditRecord;
  /** Who held a role that was deleted. */
  readonly removed: readonly RemovedAssignment[];
  /** Whom of the directory it touches. */
  readonly impacts: readonly Impact[];
}

/** One record of the audit log; its place there is given when it is added. */
export interface AuditRecord {
  readonly sequence: number;
  readonly time: number;
  readonly actor: { readonly subject: { readonly type: string; readonly id: string } } | { readonly vendor: { readonly name: string } };
  readonly operation: Change["operation"];
  readonly target?: Readonly<Record<string, unknown>>;
  readonly changes?: readonly Difference[];
  /** SHA-256 of the policy's text. */
  readonly policy: { readonly before: string; readonly after: string; readonly tenant?: string };
}

/** What changed at one place of the policy. */
export interface Difference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** An assignment of a role that was deleted, to a subject or to the members of a group. */
export interface RemovedAssignment {
  readonly subject: { readonly type: string; readonly id: string } | null;
  readonly group: string | null;
  readonly team: string | null;
}

/** A grant by the names that people know. */
export interface Grant {
  readonly permission: string;
  readonly scope: string;
  readonly team: string | null;
}

/** What a change does to one subject of the directory. */
export interface Impact {
  readonly subject: { readonly type: string; readonly id: string };
  readonly before: readonly Grant[];
  readonly after: readonly Grant[];
  readonly gained: readonly Grant[];
  readonly lost: readonly Grant[];
}

/** Returns what the guest is asked. */
export function asked(administration: Administration) {
  const { actor, change, resource = {}, now } = administration ?? {};
  return {
    ...actorOf(actor),
    change: jsonOf(change, "the change"),
    resource: jsonOf(resource, "the resource"),
    now: secondsOf(now),
  };
}

function actorOf(actor: Actor | undefined): { kind: string; actor: string } {
  if (typeof actor === "string") return { kind: "key", actor: text(actor) };
  if (typeof actor !== "object" || actor === null) throw new PortcullisError("malformed", "name somebody who does it");
  if ("vendor" in actor) return { kind: "vendor", actor: text(actor.vendor) };
  return { kind: "subject", actor: jsonOf(actor, "the actor") };
}

function text(name: unknown): string {
  if (typeof name !== "string") throw new PortcullisError("malformed", "the actor is not text");
  bytesOf(name, "the actor", REQUEST_BYTES_MAX);
  return name;
}
