// Written by a test of core/admin from its own types: `PORTCULLIS_BLESS=1 cargo test -p portcullis-admin typescript`.

/** A subject, as a key of the directory or by its type and id. */
export type SubjectKey =
  | string
  | {
      readonly type: string;
      readonly id: string;
    };

/**
 * A change that an actor asks for.
 *
 * As JSON it is an object with its `operation` and the members of that operation:
 * `{"operation": "assign", "role": "agent", "subject": "jo", "team": "emea"}`.
 */
export type Change =
  /** Create a role that grants nothing yet. */
  | {
      readonly operation: "create";
      /** Its id. */
      readonly role: string;
      /** What people call it. */
      readonly label?: string;
      /** What it is for. */
      readonly description?: string;
    }
  /** Create a role as a copy of another; `manages` is not copied. */
  | {
      readonly operation: "clone";
      /** The role to copy. */
      readonly from: string;
      /** The id of the copy. */
      readonly role: string;
      /** What people call it; as the other when left out. */
      readonly label?: string;
      /** What it is for; as the other when left out. */
      readonly description?: string;
    }
  /** Create a role as another tenant's was exported; it is taken whole or not at all. */
  | {
      readonly operation: "import";
      /** Its id. */
      readonly role: string;
      /** What people call it. */
      readonly label?: string;
      /** What it is for. */
      readonly description?: string;
      /** Patterns of permissions by scope. */
      readonly grants: Readonly<Record<string, string | readonly string[]>>;
    }
  /** Change a role's label and description; an empty text removes it. */
  | {
      readonly operation: "label";
      /** The role. */
      readonly role: string;
      /** What people call it. */
      readonly label?: string;
      /** What it is for. */
      readonly description?: string;
    }
  /** Give a role permissions. */
  | {
      readonly operation: "grant";
      /** The role. */
      readonly role: string;
      /** Patterns of permissions by scope; the scope `*` is every one supported. */
      readonly grants: Readonly<Record<string, string | readonly string[]>>;
    }
  /** Take permissions from a role. */
  | {
      readonly operation: "revoke";
      /** The role. */
      readonly role: string;
      /** Patterns of permissions by scope; the scope `*` is every one held. */
      readonly grants: Readonly<Record<string, string | readonly string[]>>;
    }
  /** Give a role what the catalog grants it, or grants the built-in role it was copied from. */
  | {
      readonly operation: "reset";
      /** The role. */
      readonly role: string;
    }
  /** Give a role another id; the former one is never used again. */
  | {
      readonly operation: "rename";
      /** The role. */
      readonly role: string;
      /** Its new id. */
      readonly to: string;
    }
  /** Delete a role; its id is never used again. */
  | {
      readonly operation: "delete";
      /** The role. */
      readonly role: string;
      /** The role that its holders get instead. */
      readonly reassign?: string;
    }
  /** Give a subject a role. */
  | {
      readonly operation: "assign";
      /** The role. */
      readonly role: string;
      /** The team that it is bound to; everywhere when left out. */
      readonly team?: string;
      /** The subject. */
      readonly subject: SubjectKey;
      /** First moment at which it no longer holds it, in RFC 3339; without an end when left out. */
      readonly until?: string;
    }
  /** Take a role from a subject, at once or at some time. */
  | {
      readonly operation: "unassign";
      /** The role. */
      readonly role: string;
      /** The team that it is bound to; everywhere when left out. */
      readonly team?: string;
      /** The subject. */
      readonly subject: SubjectKey;
      /** First moment at which it no longer holds it, in RFC 3339; at once when left out. */
      readonly until?: string;
    }
  /** Let a subject hold nothing, whatever gives it a role. */
  | {
      readonly operation: "deactivate";
      /** The subject. */
      readonly subject: SubjectKey;
      /** Whether it may be one that the directory does not have. */
      readonly unlisted?: boolean;
    }
  /** Let a subject hold again what it has. */
  | {
      readonly operation: "activate";
      /** The subject. */
      readonly subject: SubjectKey;
    }
  /** Refuse the tokens of a subject's earlier sign-ins. */
  | {
      readonly operation: "sign-out";
      /** The subject. */
      readonly subject: SubjectKey;
      /** First moment at which a sign-in counts, in RFC 3339; that of the change when left out. */
      readonly before?: string;
      /** Whether it may be one that the directory does not have. */
      readonly unlisted?: boolean;
    }
  /** Refuse the tokens of everybody's earlier sign-ins. */
  | {
      readonly operation: "sign-out-all";
      /** First moment at which a sign-in counts, in RFC 3339; that of the change when left out. */
      readonly before?: string;
    }
  /** Say what an attribute of a subject is, in place of what it was. */
  | {
      readonly operation: "attribute";
      /** The subject. */
      readonly subject: SubjectKey;
      /** The attribute, as the catalog declares it. */
      readonly attribute: string;
      /** All of its values; none takes the attribute away. */
      readonly values: readonly string[];
    }
  /** Give the members of a group a role. */
  | {
      readonly operation: "map";
      /** The group's id, which should be one that never changes. */
      readonly group: string;
      /** The role. */
      readonly role: string;
      /** The team that it is bound to; everywhere when left out. */
      readonly team?: string;
    }
  /** Take a role from the members of a group. */
  | {
      readonly operation: "unmap";
      /** The group's id. */
      readonly group: string;
      /** The role. */
      readonly role: string;
      /** The team that it is bound to; everywhere when left out. */
      readonly team?: string;
    }
  /** Let tokens and the headers of trusted peers state a role of the tenant's own. */
  | {
      readonly operation: "claim";
      /** The role. */
      readonly role: string;
    }
  /** Let tokens and the headers of trusted peers no longer state a role of the tenant's own. */
  | {
      readonly operation: "unclaim";
      /** The role. */
      readonly role: string;
    }
  /** Turn a feature of the tenant on. */
  | {
      readonly operation: "enable";
      /** The feature. */
      readonly feature: string;
      /** First moment at which it is off again, in RFC 3339; without an end when left out. */
      readonly until?: string;
    }
  /** Turn a feature of the tenant off, at once or at some time. */
  | {
      readonly operation: "disable";
      /** The feature. */
      readonly feature: string;
      /** First moment at which it is off, in RFC 3339; at once when left out. */
      readonly until?: string;
    };

/** The rule that stands against an operation. */
export type RefusedReason =
  /** The policy has problems, before the operation or because of it. */
  | "invalid-policy"
  /** A role, permission, scope, subject, group or feature is not known. */
  | "unknown"
  /** An id, value or pattern is outside the grammar. */
  | "malformed"
  /** The id is taken, or what is to be added is there already. */
  | "duplicate"
  /** The id belonged to a role that was deleted or renamed. */
  | "retired"
  /** The tenant has as many roles as it may. */
  | "limit"
  /** The role can never be deleted. */
  | "permanent"
  /** The catalog does not let a tenant change the role. */
  | "not-editable"
  /** The role cannot be used yet. */
  | "not-available"
  /** The permission cannot be granted to this role or at this scope. */
  | "unsupported"
  /** There is nothing to change. */
  | "nothing-to-do"
  /** The catalog names no permission for the operation. */
  | "nobodys-operation"
  /** The actor may not do this here. */
  | "not-allowed"
  /** Whether the actor may depends on attributes that were not given. */
  | "undecided"
  /** The actor does not manage a role that the operation is about. */
  | "not-managed"
  /** The actor lacks grants that the operation hands out or takes away. */
  | "not-covered"
  /** The operation would change the actor's own access. */
  | "own-access"
  /** Nobody would be left who may edit roles. */
  | "last-administrator";
