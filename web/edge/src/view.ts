import { endOf } from "./clock";
import { attempted, PortcullisError } from "./errors";
import { Filter, type Predicate, predicate, type Residual } from "./filter";
import { bare, isObject } from "./members";
import type { Registered, Resource, Vocabulary } from "./vocabulary";

/** A module that a subject sees, with what it may do in it. */
export interface VisibleModule<V extends Vocabulary = Registered> {
  readonly module: V["module"];
  /** What people call it. */
  readonly label: string;
  /** Submodules not counted. */
  readonly grants: readonly {
    readonly action: string;
    readonly scope: V["scope"];
    /** The team that the grant is bound to. */
    readonly team?: string;
  }[];
}

/**
 * All that a page shows by, for one subject: data, so that a server can send it with the page.
 *
 * It holds what its subject may do and nothing else. It is for display: it is not signed.
 */
export interface Snapshot<V extends Vocabulary = Registered> {
  readonly version: 1;
  /** The first Unix second at which it no longer holds. */
  readonly valid_until: number;
  readonly modules: readonly VisibleModule<V>[];
  /**
   * What is not denied with nothing known of the resource: always, under a condition over the
   * resource, or (null) under one that is too long to tell.
   */
  readonly permissions: { readonly [name in V["permission"]]?: When };
}

/** When a permission is allowed. */
export type When = true | Residual | null;

/** What a page asks: both a session and a snapshot can be asked so. */
export interface View<V extends Vocabulary = Registered> {
  /** The first Unix second at which it no longer answers. */
  readonly validUntil: number;
  /**
   * Says whether something may be shown. Without a resource: whether the permission is not
   * denied with nothing known. With one: whether its filter lets the resource through, which
   * for a resource within the limits is whether it is allowed. A resource that is given and
   * undefined, as a row that is not loaded yet, is denied. Never throws: what has no answer
   * is denied.
   */
  can(permission: V["permission"], resource?: Resource<V>): boolean;
  /** Returns what may be listed; nothing, where that cannot be known without the engine. */
  filter(permission: V["permission"]): Filter;
  /**
   * Says whether a feature of the tenant that is off is all that stands against a permission. A snapshot does not know,
   * and says no.
   */
  locked(permission: V["permission"]): boolean;
  /** Returns the visible modules in catalog order; the same list as long as it answers. */
  modules(): readonly VisibleModule<V>[];
}

/**
 * Returns the view of a snapshot: what the session that it was taken of would show.
 *
 * @throws PortcullisError `malformed` where it is no snapshot, or one of another version.
 */
export function viewOf<V extends Vocabulary = Registered>(snapshot: Snapshot<V>, clock: () => number): View<V> {
  const { version, valid_until, modules, permissions } = bare(snapshot);
  const validUntil = endOf(valid_until, "valid_until");
  if (version !== 1 || !Array.isArray(modules)) throw new PortcullisError("malformed", "no snapshot of version 1");
  const whens = new Map<string, [test: Predicate, when: When]>();
  attempted("malformed", () => {
    for (const [name, when] of Object.entries(permissions) as [string, When][]) whens.set(name, [when ? predicate(when) : NEVER, when]);
  });
  const holds = () => clock() < validUntil;
  return {
    validUntil,
    can(permission, resource) {
      const [test] = whens.get(permission) ?? [];
      if (!test || !holds()) return false;
      if (arguments.length < 2) return true;
      try {
        // Values that only the engine can judge are denied until it is there.
        return isObject(resource) && test(resource) === true;
      } catch {
        return false;
      }
    },
    filter: (permission) => {
      const [test, when] = whens.get(permission) ?? [];
      if (!test || !when) return new Filter("none", undefined, () => false);
      return new Filter(when === true ? "all" : "some", when === true ? undefined : when, (resource) => holds() && test(resource) === true);
    },
    locked: () => false,
    modules: () => (holds() ? modules : NO_MODULES),
  };
}

/** The modules of one to whom nothing is visible. */
export const NO_MODULES: readonly never[] = Object.freeze([]);

const NEVER: Predicate = () => false;
