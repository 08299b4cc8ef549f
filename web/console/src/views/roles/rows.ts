import type { OutlinedModule, OutlinedPermission } from "@portcullis/author";

import { matches } from "../../parts/search";
import type { Names } from "../../state/names";

export const KINDS = ["read", "write", "delete", "other"] as const;
export type Kind = (typeof KINDS)[number];

/** A row of the table of permissions. */
export type Row =
  | { readonly type: "module"; readonly key: string; readonly module: OutlinedModule; readonly depth: number; readonly permissions: readonly OutlinedPermission[] }
  /** A module of which each kind is one permission at most: one row for all. */
  | { readonly type: "kinds"; readonly key: string; readonly module: OutlinedModule; readonly depth: number; readonly isOfGroup: boolean; readonly byKind: ReadonlyMap<Kind, OutlinedPermission> }
  | { readonly type: "permission"; readonly key: string; readonly depth: number; readonly permission: OutlinedPermission };

/** What of a catalog is looked at. */
export interface Shown {
  readonly search: string;
  /** One module and all below it; all where it is left out. */
  readonly module: string | null;
  readonly collapsed: ReadonlySet<string>;
}

/** Says whether every module has one permission of a kind at most, so that kinds can be columns. */
export function areKindsColumns(permissions: readonly OutlinedPermission[]): boolean {
  const seen = new Set<string>();
  return permissions.every(({ module, kind }) => {
    const key = `${module} ${kind}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  }) && seen.size > new Set(permissions.map(({ module }) => module)).size;
}

/** Returns the rows of the open modules; of those that match the search where there is one. */
export function rowsOf(names: Names, { search, module: only, collapsed }: Shown): readonly Row[] {
  const { modules, permissions } = names.outline;
  const open = permissions.filter((permission) => permission.open);
  const asColumns = areKindsColumns(permissions);
  const isSearching = search.trim() !== "";
  const isWanted = (permission: OutlinedPermission) =>
    !isSearching || matches(search, permission.name, names.permission(permission.name), permission.description);
  const wanted = open.filter((permission) => isBelow(permission.module, only) && isWanted(permission));
  const rows: Row[] = [];
  for (const module of modules) {
    if (!module.open || !isBelow(module.id, only)) continue;
    const below = wanted.filter((permission) => isBelow(permission.module, module.id));
    if (below.length === 0) continue;
    if (ancestors(names, module).some((id) => collapsed.has(id)) && !isSearching) continue;
    const own = below.filter((permission) => permission.module === module.id);
    const depth = ancestors(names, module).length;
    const isGroup = !asColumns || below.length > own.length;
    if (isGroup) rows.push({ type: "module", key: module.id, module, depth, permissions: below });
    if (collapsed.has(module.id) && !isSearching) continue;
    if (asColumns) {
      if (own.length === 0) continue;
      const byKind = new Map(own.map((permission) => [permission.kind, permission]));
      rows.push({ type: "kinds", key: `${module.id}:`, module, depth: depth + (isGroup ? 1 : 0), isOfGroup: isGroup, byKind });
    } else {
      for (const permission of own) rows.push({ type: "permission", key: permission.name, depth: depth + 1, permission });
    }
  }
  return rows;
}

/** Returns the ids of the modules above one, the nearest first. */
export function ancestors(names: Names, { parent }: OutlinedModule): readonly string[] {
  const above = parent === undefined ? undefined : names.moduleOf(parent);
  return above ? [above.id, ...ancestors(names, above)] : [];
}

/** Says whether a module is another or below it. */
export function isBelow(id: string, above: string | null): boolean {
  return above === null || id === above || id.startsWith(`${above}.`);
}
