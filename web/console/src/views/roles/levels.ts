import type { OutlinedPermission } from "@portcullis/author";

import type { Edit } from "../../draft/edits";
import type { Names } from "../../state/names";

/** Scopes by permission. */
export type Cells = Readonly<Record<string, readonly string[]>>;

/** Says whether a permission at a scope can be given to a role, or taken from it, by who asks. */
export type IsOffered = (permission: string, scope: string) => boolean;

/**
 * Returns the scopes at which a permission is held once one of them was chosen: what takes everything is held alone, for
 * beside it another would say nothing.
 */
export function chosen(names: Names, held: readonly string[], scope: string): readonly string[] {
  if (held.includes(scope)) return held.filter((one) => one !== scope);
  if (names.takesEverything(scope)) return [scope];
  return [...held.filter((one) => !names.takesEverything(one)), scope];
}

/** Returns what leads from some scopes of a permission to others; what is not offered stays. */
export function editsTo(permission: string, held: readonly string[], wanted: readonly string[], isOffered: IsOffered): readonly Edit[] {
  const given = wanted.filter((scope) => !held.includes(scope)).map((scope) => ({ permission, scope, held: true }));
  const taken = held.filter((scope) => !wanted.includes(scope)).map((scope) => ({ permission, scope, held: false }));
  return [...given, ...taken].filter(({ permission, scope }) => isOffered(permission, scope));
}

/** What many permissions are to be held at: not at all, at a scope, or at the widest that each supports. */
export type Level = "off" | "widest" | { readonly scope: string };

/** Returns what brings permissions to a level; those that do not support it stay as they are. */
export function editsToLevel(permissions: readonly OutlinedPermission[], cells: Cells, level: Level, isOffered: IsOffered): readonly Edit[] {
  return permissions.flatMap(({ name, scopes }) => {
    const held = cells[name] ?? [];
    if (level === "off") return editsTo(name, held, [], isOffered);
    const offered = scopes.filter((scope) => isOffered(name, scope));
    const wanted = level === "widest" ? offered.at(-1) : offered.find((scope) => scope === level.scope);
    return wanted === undefined ? [] : editsTo(name, held, [wanted], isOffered);
  });
}

/** Returns the permissions that a permission needs and that are not held at all. */
export function unmet({ name, needs = [] }: OutlinedPermission, cells: Cells): readonly string[] {
  return (cells[name] ?? []).length === 0 ? [] : needs.filter((needed) => (cells[needed] ?? []).length === 0);
}
