/** What came of a policy's tests: as `portcullis test --json` writes it. */
export interface Report {
  readonly passes: boolean;
  readonly tests: readonly {
    readonly name: string;
    /** What was not as expected; nothing in a test that passes. */
    readonly failures: readonly {
      /** The permission, the request, or `visible`. */
      readonly question: string;
      readonly expected: string;
      readonly got: string;
      readonly because: string;
    }[];
  }[];
  readonly coverage: {
    readonly total: number;
    readonly exercised: number;
    readonly percent: number;
    readonly unexercised: readonly { readonly role: string; readonly permission: string; readonly scope: string }[];
    /** The same of the routes. */
    readonly routes: {
      readonly total: number;
      readonly exercised: number;
      readonly percent: number;
      readonly unexercised: readonly string[];
    };
  };
}

/** Something that may be wrong with a policy that stands. */
export interface Finding {
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly path: string;
  readonly message: string;
  readonly cure: string;
}

/** Who may do what, at which scopes. */
export interface Matrix {
  readonly catalog: string;
  readonly tenant: string;
  readonly roles: readonly { readonly role: string; readonly label?: string; readonly available: boolean }[];
  readonly rows: readonly {
    readonly module: string;
    readonly action: string;
    /** Whether the tenant's features leave it open. */
    readonly open: boolean;
    /** For each role the scopes at which it is granted. */
    readonly cells: readonly (readonly string[])[];
  }[];
}

/** What changed between two policies, and whom it touches: as `portcullis diff --json` writes it. */
export interface PolicyDiff {
  readonly settings: readonly Setting[];
  readonly features: Turned;
  readonly modules: Turned;
  readonly permissions_added: readonly string[];
  readonly permissions_removed: readonly string[];
  readonly permissions_renamed: readonly { readonly before: string; readonly after: string }[];
  readonly roles: readonly RoleDiff[];
  readonly groups: readonly HolderDiff[];
  readonly subjects: readonly HolderDiff[];
  /** What became of the requests that take routes; what is more open comes first. */
  readonly routes: readonly RouteDiff[];
}

/** What became of the requests that take a route. */
export interface RouteDiff {
  /** The methods that are concerned, the host and the path. */
  readonly route: string;
  readonly change: "added" | "removed" | "changed";
  /** Whether something is more open, or may be. */
  readonly opens: boolean;
  readonly before?: string;
  readonly after?: string;
  /** What differs: what the first policy says (empty for nothing), and what the second. */
  readonly members: readonly (Setting & { readonly opens: boolean })[];
}

/** A setting with another value. */
export interface Setting {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

interface Turned {
  readonly on: readonly string[];
  readonly off: readonly string[];
}

/** A grant that one policy has and the other does not. */
export interface GrantChange {
  readonly permission: string;
  readonly scope: string;
  readonly team?: string;
  readonly condition: string;
}

/** What somebody's grants differ by. */
export interface GrantChanges {
  readonly gained: readonly GrantChange[];
  readonly lost: readonly GrantChange[];
  readonly changed: readonly {
    readonly permission: string;
    readonly scope: string;
    readonly team?: string;
    readonly before: string;
    readonly after: string;
  }[];
  /** What is worth nothing while a feature is off or the role is not available. */
  readonly dormant_gained: readonly GrantChange[];
  readonly dormant_lost: readonly GrantChange[];
}

/** A role that changed. */
export interface RoleDiff extends GrantChanges {
  readonly role: string;
  readonly change: "added" | "removed" | "changed";
  readonly members: readonly Setting[];
}

/** A subject, or the members of a group, touched by a change. */
export interface HolderDiff extends GrantChanges {
  /** The subject's type; nothing of a group. */
  readonly type?: string;
  readonly id: string;
  readonly roles_gained: readonly string[];
  readonly roles_lost: readonly string[];
  readonly attributes?: readonly { readonly name: string; readonly gained: readonly string[]; readonly lost: readonly string[] }[];
}
