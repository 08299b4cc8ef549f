/** A module that a subject sees, with what it may do in it. */
export interface VisibleModule {
  readonly module: string;
  readonly label: string;
  readonly grants: readonly { readonly action: string; readonly scope: string; readonly team?: string }[];
}

/** Why an answer is what it is, and what would allow it: as `portcullis explain --json` writes it. */
export interface Explanation {
  readonly permission: string;
  readonly answer: {
    readonly effect: "allow" | "deny" | "conditional";
    readonly reason: string;
    readonly role?: string;
    readonly scope?: string;
    readonly team?: string;
    readonly features?: readonly string[];
    readonly residual?: unknown;
  };
  readonly roles: readonly { readonly role: string; readonly team?: string; readonly from: string; readonly group?: string }[];
  readonly ignored: readonly { readonly kind: string; readonly id: string; readonly why: string }[];
  readonly grants: readonly { readonly role: string; readonly team?: string; readonly scope: string; readonly holds: "true" | "false" | "unknown" }[];
  readonly would_allow: {
    readonly features: readonly string[];
    readonly roles: readonly { readonly role: string; readonly team?: string; readonly scope: string }[];
    readonly grants: readonly { readonly role: string; readonly team?: string; readonly scope: string }[];
  };
}
