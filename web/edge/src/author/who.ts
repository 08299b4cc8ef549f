/** Who may use a permission: as `portcullis who --json` writes it. */
export interface Who {
  /** The permission, by its present name. */
  readonly permission: string;
  /** The features that are off and without which nobody may. */
  readonly features_off: readonly string[];
  /** Everybody, then subjects of the directory, members of groups, and whoever's token states a role. */
  readonly may: readonly May[];
  /** Subjects that are not active: whatever is named above, they may not. */
  readonly inactive: readonly Holder[];
}

/** Somebody who may. */
export interface May {
  readonly who: Holder;
  /** What grants it, where it is granted on this resource in any case. */
  readonly by: { readonly role: string; readonly scope: string; readonly team: string | null } | null;
  /** Of which resources, where what is given of the resource does not say. */
  readonly filter: string | null;
  /** When it no longer may, or of fewer resources. */
  readonly until?: string;
}

/** Who holds a grant. */
export type Holder =
  | { readonly kind: "subject"; readonly type: string; readonly id: string }
  | { readonly kind: "everyone"; readonly type: string }
  | { readonly kind: "group"; readonly id: string }
  | { readonly kind: "claim"; readonly role: string };
