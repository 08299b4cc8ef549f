import type { Resource, View, Vocabulary } from "./index.js";
import { bare, isObject } from "./members";

/** What is to be seen in place of something: itself, or what is there for whoever may not see it. */
export type Shown = "allowed" | "denied" | "pending" | "locked";

/** Permissions that are asked for at once. */
export interface Asked<V extends Vocabulary> {
  /** One. */
  readonly I?: V["permission"] | undefined;
  /** Several, of which each is needed. */
  readonly all?: readonly V["permission"][] | undefined;
  /** Several, of which one is enough. */
  readonly any?: readonly V["permission"][] | undefined;
  /** The resource, if it is about one: left out, not undefined, where it is not. A row that is not loaded yet is denied. */
  readonly on?: Resource<V>;
}

/** Says whether something may be seen: nothing asked for is nothing allowed, nor is what cannot be asked. */
export function shown<V extends Vocabulary>(view: View<V> | undefined, pending: boolean, given: Asked<V>): Shown {
  if (!view) return pending ? "pending" : "denied";
  const asked = bare(given);
  const { I, all = [], any } = asked;
  if (!Array.isArray(all) || (any !== undefined && !Array.isArray(any))) return "denied";
  const each: V["permission"][] = [...(I === undefined ? [] : [I]), ...all];
  if (each.length === 0 && !any?.length) return "denied";
  const about = "on" in asked ? ([asked.on] as const) : [];
  if (!isAskable(about)) return "denied";
  const meets = (test: (permission: V["permission"]) => boolean) => each.every(test) && (any === undefined || any.some(test));
  const can = (permission: V["permission"]) => view.can(permission, ...(about as [Resource<V>]));
  if (meets(can)) return "allowed";
  return meets((permission) => can(permission) || view.locked(permission)) ? "locked" : "denied";
}

/** Says whether there is no resource, or one: one that is given and is no object must not be asked about as if it were not. */
export function isAskable(about: readonly unknown[]): boolean {
  return about.length === 0 || isObject(about[0]);
}
