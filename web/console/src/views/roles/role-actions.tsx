import { useLingui } from "@lingui/react/macro";
import type { Change, OutlinedRole, Refusal, RefusedReason } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Menu, type MenuAction } from "../../parts/menu";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { REASONS } from "../../words/refusal";
import { copyId } from "./ids";

/** What can be done to a role as a whole. */
export type RoleAction = "edit" | "assignees" | "describe" | "duplicate" | "rename" | "reset" | "claim" | "unclaim" | "delete";

interface RoleActionsProps {
  readonly role: OutlinedRole;
  readonly onAction: (action: RoleAction, role: OutlinedRole) => void;
  /** Whether opening and assignees are among them. */
  readonly isInList?: boolean;
}

/** The menu of a role: what its reader may do to it. */
export function RoleActions({ role, onAction, isInList = false }: RoleActionsProps): ReactElement {
  const [isOpened, setOpened] = useState(false);
  const { t } = useLingui();
  const { names } = useSession();
  const label = names.role(role.id);
  const tried = useRoleTries(role, isOpened);
  const { i18n } = useLingui();
  const offered = (action: RoleAction, words: string, icon: MenuAction["icon"]): readonly MenuAction[] => {
    const refusal = tried?.get(action);
    if (refusal === undefined || (refusal !== null && !BLOCKED.has(refusal.reason))) return [];
    const blocked = refusal === null ? {} : { blocked: i18n._(REASONS[refusal.reason]) };
    return [{ id: action, label: words, ...(icon ? { icon } : {}), ...blocked, isDangerous: action === "delete", run: () => onAction(action, role) }];
  };
  const open: readonly MenuAction[] = isInList
    ? [
        { id: "edit", label: t`Edit`, icon: "edit", run: () => onAction("edit", role) },
        { id: "assignees", label: t`Manage assignees`, icon: "people", run: () => onAction("assignees", role) },
      ]
    : [];
  return (
    <Menu
      label={t`Actions for ${label}`}
      onOpen={() => setOpened(true)}
      empty={t`You may do nothing to this role.`}
      groups={[
        { id: "open", actions: open },
        {
          id: "change",
          actions: [
            ...offered("duplicate", t`Duplicate`, "copy"),
            ...offered("describe", t`Name and describe`, "edit"),
            ...offered("rename", t`Change its id`, "edit"),
            ...offered("reset", t`Reset permissions`, "reset"),
            ...(role.claimable ? offered("unclaim", t`Let no token state it`, "lock") : offered("claim", t`Let tokens state it`, "lock")),
          ],
        },
        { id: "delete", actions: offered("delete", t`Delete`, "trash") },
      ]}
    >
      {isInList ? undefined : t`Actions`}
    </Menu>
  );
}

/** Asks which operations the actor may make on a role, once that is wanted. */
function useRoleTries(role: OutlinedRole, isWanted: boolean): ReadonlyMap<RoleAction, Refusal | null> | undefined {
  const { outline } = useSession();
  const { id } = role;
  const asked: readonly (readonly [RoleAction, Change])[] = isWanted
    ? [
        ["duplicate", { operation: "clone", from: id, role: copyId(outline, id) }],
        ["describe", { operation: "label", role: id, description: `${role.description ?? ""} …` }],
        ["rename", { operation: "rename", role: id, to: copyId(outline, id) }],
        ["reset", { operation: "reset", role: id }],
        role.claimable ? ["unclaim", { operation: "unclaim", role: id }] : ["claim", { operation: "claim", role: id }],
        ["delete", { operation: "delete", role: id }],
      ]
    : [];
  const tried = useTries(asked.map(([, change]) => change));
  if (!tried || tried.length !== asked.length) return undefined;
  return new Map(asked.map(([action], index) => [action, tried[index] ?? null]));
}

/** What stands against an operation in spite of all that somebody may: it is shown, with that. */
const BLOCKED: ReadonlySet<RefusedReason> = new Set(["limit", "last-administrator", "not-available", "undecided"]);
