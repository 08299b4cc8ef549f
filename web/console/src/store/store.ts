import type { Actor, AuditRecord, Change, Refusal } from "@portcullis/author";

/**
 * Where policies are kept, and their audit logs.
 *
 * Whatever a page works out, a store makes each change again before it relies on it: it gets changes, never a policy.
 */
export interface Store {
  /** Returns who the console is opened as, and the policies that there are. */
  open(): Promise<Opened>;
  /** Says who it is opened as, where nothing else did. */
  choose?(actor: StoreActor): Promise<void>;
  /** Reads a policy, unless it is the one of that digest. */
  read(id: string, known?: string): Promise<Snapshot | "unchanged">;
  /** Makes all changes in that order, or none. */
  change(id: string, request: ChangeRequest): Promise<Changed>;
  /** Returns the address of an archive of a policy and its log. */
  archive?(id: string): string;
}

/** Who the console is opened as, and what there is to open. */
export interface Opened {
  /** Nobody yet, where it is to be asked. */
  readonly actor: StoreActor | null;
  /** Whether it may be opened as the vendor. */
  readonly vendor?: string;
  readonly policies: readonly { readonly id: string; readonly label?: string }[];
}

/** Somebody of the directory, by its key, or the vendor. */
export type StoreActor = { readonly subject: string } | { readonly vendor: string };

/** A policy as it is kept. */
export interface Snapshot {
  readonly policy: string;
  /** SHA-256 of its text. */
  readonly digest: string;
  /** Its audit log, oldest first. */
  readonly records: readonly LoggedRecord[];
}

/** A record of the audit log; what only the log itself notices has no change of its own. */
export type LoggedRecord = Omit<AuditRecord, "operation" | "actor"> & {
  readonly operation: AuditRecord["operation"] | "abort" | "outside";
  readonly actor: AuditRecord["actor"] | "log";
};

/** Changes of the policy of that digest. */
export interface ChangeRequest {
  readonly expect: string;
  readonly changes: readonly Change[];
}

/** What became of changes: made; of a policy that somebody changed meanwhile; or refused, and none is made. */
export type Changed =
  | { readonly outcome: "made"; readonly snapshot: Snapshot }
  | { readonly outcome: "conflict"; readonly snapshot: Snapshot }
  | { readonly outcome: "refused"; readonly index: number; readonly refusal: Refusal };

/** A store that cannot be reached, or that failed; nothing is known of what became of the request. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly kind: "unreachable" | "signed-out" | "failed";

  constructor(kind: StoreError["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** Returns the actor as the compiler takes it. */
export function actorOf(actor: StoreActor): Actor {
  return "vendor" in actor ? { vendor: actor.vendor } : actor.subject;
}
