import type { Change } from "@portcullis/author";

/** A permission at a scope, given to a role or taken from it. */
export interface Edit {
  readonly permission: string;
  readonly scope: string;
  readonly held: boolean;
}

type Grants = Extract<Change, { operation: "grant" | "revoke" }>;

/**
 * Adds edits of a role to the changes of a draft.
 *
 * As long as nothing but edits came last, those of one role come to one grant and one revocation, and what is ticked
 * and unticked again comes to nothing. Edits of several roles do not depend on each other; whatever else came between
 * may, so nothing is moved across it.
 */
export function edited(changes: readonly Change[], role: string, edits: readonly Edit[]): readonly Change[] {
  const start = changes.findLastIndex((change) => !isEdit(change)) + 1;
  const mine = changes.slice(start).filter((change) => isEdit(change) && change.role === role) as Grants[];
  const given = new Pairs();
  const taken = new Pairs();
  for (const { operation, grants } of mine) for (const pair of pairsOf(grants)) (operation === "grant" ? given : taken).add(pair);
  for (const { permission, scope, held } of edits) {
    const pair = { permission, scope };
    const [to, from] = held ? [given, taken] : [taken, given];
    if (!from.delete(pair)) to.add(pair);
  }
  // What is given comes first: a role is never left with nothing on the way from one scope to another.
  const own = [given.change("grant", role), taken.change("revoke", role)].filter((change) => change !== undefined);
  const place = changes.findIndex((change, index) => index >= start && isEdit(change) && change.role === role);
  const others = (list: readonly Change[]) => list.filter((change) => !(isEdit(change) && change.role === role));
  if (place < 0) return [...changes, ...own];
  return [...changes.slice(0, place), ...own, ...others(changes.slice(place))];
}

/** Returns all edits of a role among changes, the last first reached being what counts. */
export function editsOf(changes: readonly Change[], role: string): readonly Edit[] {
  return changes.flatMap((change) => {
    if (!isEdit(change) || change.role !== role) return [];
    return pairsOf(change.grants).map((pair) => ({ ...pair, held: change.operation === "grant" }));
  });
}

function isEdit(change: Change): change is Grants {
  return change.operation === "grant" || change.operation === "revoke";
}

function pairsOf(grants: Grants["grants"]): { permission: string; scope: string }[] {
  return Object.entries(grants).flatMap(([scope, permissions]) => [permissions].flat().map((permission) => ({ permission, scope })));
}

/** Permissions by scope, in the order in which they were added. */
class Pairs {
  readonly #byScope = new Map<string, Set<string>>();

  add({ permission, scope }: { permission: string; scope: string }): void {
    const permissions = this.#byScope.get(scope) ?? new Set();
    this.#byScope.set(scope, permissions.add(permission));
  }

  delete({ permission, scope }: { permission: string; scope: string }): boolean {
    const permissions = this.#byScope.get(scope);
    if (!permissions?.delete(permission)) return false;
    if (permissions.size === 0) this.#byScope.delete(scope);
    return true;
  }

  change(operation: "grant" | "revoke", role: string): Change | undefined {
    if (this.#byScope.size === 0) return undefined;
    const entries = [...this.#byScope].map(([scope, permissions]) => [scope, [...permissions]] as const);
    return { operation, role, grants: Object.fromEntries(entries) };
  }
}
