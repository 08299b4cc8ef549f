import type { Refusal } from "@portcullis/author";

import { useTries } from "../../state/asked";
import type { Names } from "../../state/names";
import { useSession } from "../../state/session";
import type { Cells, IsOffered } from "./levels";

/** What of a role its reader may change. */
export interface Offered {
  /** Why nothing of it; null where something is. */
  readonly refusal: Refusal | null;
  readonly isOffered: IsOffered;
}

/**
 * Asks what of a role's permissions the actor may give or take; nothing until that is known.
 *
 * Giving all that there is is tried: what the actor does not cover is named by the refusal, and what else stands against
 * it stands against any edit.
 */
export function useOffered(role: string, cells: Cells | undefined): Offered | undefined {
  const { names } = useSession();
  const all = { "*": "*" };
  const tried = useTries([
    { operation: "grant", role, grants: all },
    { operation: "revoke", role, grants: all },
  ]);
  if (!tried || !cells) return undefined;
  return offered(names, role, cells, tried[0] ?? null, tried[1] ?? null);
}

function offered(names: Names, role: string, cells: Cells, granting: Refusal | null, revoking: Refusal | null): Offered {
  // It holds all already, so what taking it all comes to says whether it may be edited.
  const judged = granting?.reason === "duplicate" ? revoking : granting;
  const lacking = new Set(judged?.reason === "not-covered" ? judged.lacking.map(({ permission, scope }) => `${permission} ${scope}`) : []);
  const holdsLacking = Object.entries(cells).some(([permission, scopes]) => scopes.some((scope) => lacking.has(`${permission} ${scope}`)));
  const stands = judged !== null && judged.reason !== "last-administrator" && (judged.reason !== "not-covered" || holdsLacking);
  return {
    refusal: stands ? judged : null,
    isOffered: (name, scope) => {
      const permission = names.permissionOf(name);
      const mayHold = permission?.only?.includes(role) ?? true;
      const supports = permission?.scopes.includes(scope) ?? false;
      return !stands && mayHold && supports && !lacking.has(`${name} ${scope}`);
    },
  };
}
