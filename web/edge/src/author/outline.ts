/** All of a policy that does not depend on a question; what roles grant the matrix says. */
export interface Outline {
  readonly catalog: string;
  readonly tenant: string;
  /** When a change of roles reaches those who are signed in. */
  readonly role_changes: "instant" | "next-session";
  readonly features: readonly OutlinedFeature[];
  readonly attributes: {
    readonly subject: readonly string[];
    readonly resource: readonly string[];
    readonly action: readonly string[];
    readonly context: readonly string[];
    readonly team: string | null;
    readonly directory_only: readonly string[];
  };
  /** In the order in which a choice shows them: what takes everything comes last. */
  readonly scopes: readonly OutlinedScope[];
  /** Depth first, a parent before its children. */
  readonly modules: readonly OutlinedModule[];
  /** Module by module. */
  readonly permissions: readonly OutlinedPermission[];
  /** Built-in ones in catalog order, then the tenant's. */
  readonly roles: readonly OutlinedRole[];
  /** The most roles that a tenant may define, if that is limited. */
  readonly custom_roles_max: number | null;
  readonly everyone: { readonly role: string; readonly types: readonly string[] } | null;
  readonly groups: readonly OutlinedGroup[];
  readonly people: readonly OutlinedPerson[];
  /** Ids that belonged to a role once, and can never be used again. */
  readonly retired: readonly string[];
}

/** A feature of the tenant. */
export interface OutlinedFeature {
  readonly id: string;
  readonly on: boolean;
  /** When it is off, if it ends. */
  readonly until?: string;
}

/** A scope. */
export interface OutlinedScope {
  readonly id: string;
  /** Whether it takes every resource wherever it is supported, so that another adds nothing. */
  readonly everything: boolean;
}

/** A module of the tree. */
export interface OutlinedModule {
  /** Its whole id, with dots. */
  readonly id: string;
  readonly label?: string;
  readonly description?: string;
  readonly parent?: string;
  /** Whether the tenant's features leave it open. */
  readonly open: boolean;
  /** The features that are off and would be needed. */
  readonly features_off?: readonly string[];
}

/** A permission of a module. */
export interface OutlinedPermission {
  /** `module:action`. */
  readonly name: string;
  readonly module: string;
  readonly action: string;
  readonly kind: "read" | "write" | "delete" | "other";
  readonly label?: string;
  readonly description?: string;
  readonly open: boolean;
  readonly features_off?: readonly string[];
  readonly scopes: readonly string[];
  /** Permissions without which it makes no sense. */
  readonly needs?: readonly string[];
  /** The only roles that may hold it, where not all may. */
  readonly only?: readonly string[];
}

/** A role, without what it grants. */
export interface OutlinedRole {
  readonly id: string;
  readonly label?: string;
  readonly description?: string;
  readonly built_in: boolean;
  readonly permanent: boolean;
  readonly editable: boolean;
  /** Whether the tenant changed what the catalog grants it. */
  readonly edited: boolean;
  readonly available: boolean;
  readonly claimable: boolean;
  /** The role it is a copy of. */
  readonly base?: string;
  /** The built-in role that it stands as: itself, or what it was once copied from. */
  readonly stands_as?: string;
  /** The roles that its holders may administer. */
  readonly manages: readonly string[];
}

/** A group of an identity provider. */
export interface OutlinedGroup {
  readonly id: string;
  readonly roles: readonly HeldRole[];
}

/** Somebody of the directory. */
export interface OutlinedPerson {
  readonly type: string;
  readonly id: string;
  readonly inactive: boolean;
  readonly roles: readonly HeldRole[];
  readonly groups: readonly string[];
  /** In the order declared. */
  readonly attributes: readonly (readonly [string, readonly string[]])[];
}

/** A role that somebody holds. */
export interface HeldRole {
  readonly role: string;
  /** The team that it is bound to; everywhere when left out. */
  readonly team?: string;
  /** First moment at which it does not count. */
  readonly until?: string;
  /** Whether that has passed. */
  readonly ended?: boolean;
}
