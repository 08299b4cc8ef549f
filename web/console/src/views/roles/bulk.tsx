import { useLingui } from "@lingui/react/macro";
import type { OutlinedPermission } from "@portcullis/author";
import type { ReactElement } from "react";

import type { Edit } from "../../draft/edits";
import { Menu, type MenuGroup } from "../../parts/menu";
import { useSession } from "../../state/session";
import { type Cells, editsToLevel, type IsOffered, type Level } from "./levels";
import { KINDS } from "./rows";

interface BulkProps {
  readonly label: string;
  readonly permissions: readonly OutlinedPermission[];
  readonly cells: Cells;
  readonly isOffered: IsOffered;
  readonly onEdits: (edits: readonly Edit[]) => void;
  /** Whether its button has words. */
  readonly hasWords?: boolean;
}

/** Sets many permissions at once: all of them, or those of a kind. */
export function Bulk({ label, permissions, cells, isOffered, onEdits, hasWords = false }: BulkProps): ReactElement | null {
  const { t } = useLingui();
  const { names, outline } = useSession();
  const kindWords = { read: t`Read`, write: t`Write`, delete: t`Delete`, other: t`Other` };
  const kinds = KINDS.filter((kind) => permissions.some((permission) => permission.kind === kind));
  const groups = ["all" as const, ...(kinds.length > 1 ? kinds : [])].map((kind): MenuGroup => {
    const meant = permissions.filter((permission) => kind === "all" || permission.kind === kind);
    const scopes = outline.scopes.filter(({ id }) => meant.some(({ name }) => isOffered(name, id)));
    const levels: readonly { id: string; words: string; level: Level }[] = [
      ...scopes.map(({ id }) => ({ id, words: names.scope(id), level: { scope: id } })),
      ...(scopes.length > 1 ? [{ id: "\u0000widest", words: t`The widest that each supports`, level: "widest" as const }] : []),
      { id: "\u0000off", words: t`Disabled`, level: "off" },
    ];
    const actions = levels.flatMap(({ id, words, level }) => {
      const edits = editsToLevel(meant, cells, level, isOffered);
      return edits.length === 0 ? [] : [{ id, label: words, run: () => onEdits(edits) }];
    });
    return { id: kind, label: kind === "all" ? t`Everything` : kindWords[kind], actions };
  });
  if (groups.every(({ actions }) => actions.length === 0)) return null;
  return (
    <Menu label={label} groups={groups}>
      {hasWords ? t`Set all` : undefined}
    </Menu>
  );
}
