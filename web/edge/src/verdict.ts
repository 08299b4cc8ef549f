import type { Decision, Session } from "./index";
import type { Resource, View, Vocabulary } from "./index";

/** What a page shows in place of something, and why. */
export type Shown = "allowed" | "denied" | "pending" | "locked";

/** What is asked for at once. */
export interface Asked<V extends Vocabulary> {
  /** One permission, or several of which each is needed. */
  readonly all: readonly V["permission"][];
  /** Several of which one is enough. */
  readonly any: readonly V["permission"][];
  readonly resource: Resource<V> | undefined;
}

/**
 * Says whether something may be shown. Where it may not, it is `locked` if nothing but a feature of the tenant stands
 * against it: so an upgrade is offered to nobody whom their role denies it. A snapshot does not know, and denies.
 */
export function shown<V extends Vocabulary>(view: View<V> | undefined, pending: boolean, asked: Asked<V>): Shown {
  if (!view) return pending ? "pending" : "denied";
  const { all, any, resource } = asked;
  const can = (permission: V["permission"]) => view.can(permission, resource);
  if (all.every(can) && (any.length === 0 || any.some(can))) return "allowed";
  const opens = (permission: V["permission"]) => can(permission) || isLocked(view, permission);
  return all.every(opens) && (any.length === 0 || any.some(opens)) ? "locked" : "denied";
}

/** Says whether a feature that is off is all that stands against a permission. */
function isLocked<V extends Vocabulary>(view: View<V>, permission: V["permission"]): boolean {
  const decision = reasonOf(view, permission);
  return decision?.effect === "deny" && decision.reason === "feature-disabled";
}

/** Returns the decision and its reason; nothing where only the engine could tell and it is not there, or has no answer. */
export function reasonOf<V extends Vocabulary>(view: View<V> | undefined, permission: V["permission"], resource?: Resource<V>): Decision<V> | undefined {
  if (!view || !("check" in view)) return undefined;
  try {
    return (view as unknown as Session<V>).check(permission, resource);
  } catch {
    return undefined;
  }
}
