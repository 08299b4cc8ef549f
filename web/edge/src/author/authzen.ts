/** A scalar, a list of scalars, or null for the empty set. */
export type AuthzenValue = string | number | boolean | null | readonly (string | number | boolean)[];

/** A subject as OpenID AuthZEN 1.0 writes one. */
export interface AuthzenSubject {
  readonly type: string;
  readonly id: string;
  /** Roles, team roles, groups and attributes. */
  readonly properties?: Readonly<Record<string, AuthzenValue | Readonly<Record<string, AuthzenValue>>>> | null;
}

/** An evaluation request as OpenID AuthZEN 1.0 writes one: `resource.type` is the module. */
export interface AuthzenRequest {
  readonly subject: AuthzenSubject;
  readonly action: { readonly name: string; readonly properties?: Readonly<Record<string, AuthzenValue>> | null };
  readonly resource: {
    readonly type: string;
    /** Left out of a request for the list filter. */
    readonly id?: string;
    readonly properties?: Readonly<Record<string, AuthzenValue>> | null;
  };
  /** Attributes of the context; `features` stand in for the tenant's. */
  readonly context?: Readonly<Record<string, AuthzenValue>> | null;
}

/** An evaluation response, the canonical answer in its context. */
export interface AuthzenAnswer<D> {
  readonly decision: boolean;
  readonly context: D;
}
