import type { Resource, View, Vocabulary } from "./index.js";

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
  /** The resource, if it is about one. */
  readonly on?: Resource<V> | undefined;
}

/** Says whether something may be seen: nothing asked for is nothing allowed. */
export function shown<V extends Vocabulary>(view: View<V> | undefined, pending: boolean, asked: Asked<V>): Shown {
  if (!view) return pending ? "pending" : "denied";
  const { I, all = [], any, on } = asked;
  const each = I === undefined ? all : [I, ...all];
  if (each.length === 0 && !any?.length) return "denied";
  const meets = (test: (permission: V["permission"]) => boolean) => each.every(test) && (any === undefined || any.some(test));
  const can = (permission: V["permission"]) => view.can(permission, on);
  if (meets(can)) return "allowed";
  return meets((permission) => can(permission) || view.locked(permission)) ? "locked" : "denied";
}
