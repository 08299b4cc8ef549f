import { useLingui } from "@lingui/react/macro";
import type { OutlinedPermission } from "@portcullis/author";
import type { CSSProperties, ReactElement } from "react";

import type { Edit } from "../../draft/edits";
import { Rows } from "../../parts/rows";
import { KindsRow, ModuleRow, PermissionRow } from "./permission-row";
import { choiceWidth } from "./level-width";
import type { Cells, IsOffered } from "./levels";
import { KINDS, type Row } from "./rows";
import { useSession } from "../../state/session";

export interface RowsProps {
  readonly rows: readonly Row[];
  readonly areKindsColumns: boolean;
  readonly cells: Cells;
  readonly saved: Cells | null;
  readonly collapsed: ReadonlySet<string>;
  readonly isOffered: IsOffered;
  readonly onToggle: (module: string) => void;
  readonly onChoose: (permission: OutlinedPermission, scopes: readonly string[]) => void;
  readonly onEdits: (edits: readonly Edit[]) => void;
}

/** The table of permissions. */
export function PermissionRows(props: RowsProps): ReactElement {
  const { t } = useLingui();
  const { outline, names } = useSession();
  const { rows, areKindsColumns } = props;
  if (rows.length === 0) return <p className="pc-empty">{t`No permission matches.`}</p>;
  const kindWords = { read: t`Read`, write: t`Write`, delete: t`Delete`, other: t`Other` };
  const kinds = KINDS.filter((kind) => outline.permissions.some((permission) => permission.open && permission.kind === kind));
  const columns = areKindsColumns ? [t`Module`, ...kinds.map((kind) => kindWords[kind])] : [t`Permission`, t`Access`];
  // So wide that the choices of any permission are on one line, and every row has the same columns.
  const widths = outline.permissions.filter(({ open }) => open).map((permission) => choiceWidth(names, permission, t`Disabled`));
  return (
    <div
      style={{ "--pc-level-width": `${Math.max(...widths) / 16}rem` } as CSSProperties}
      className={areKindsColumns ? "pc-table pc-table-kinds" : "pc-table pc-table-permissions"}
      data-columns={columns.length}
      role="table"
      aria-label={t`Permissions`}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
    >
      <div role="rowgroup">
        <div role="row" className="pc-row pc-row-head" aria-rowindex={1}>
          {columns.map((column) => (
            <div key={column} role="columnheader" className="pc-cell">
              {column}
            </div>
          ))}
        </div>
      </div>
      <Rows count={rows.length} estimate={56}>
        {(index) => {
          const row = rows[index];
          if (!row) return null;
          switch (row.type) {
            case "module":
              return <ModuleRow {...props} row={row} index={index} columns={columns.length} />;
            case "kinds":
              return <KindsRow {...props} row={row} index={index} kinds={kinds} kindWords={kindWords} />;
            case "permission":
              return <PermissionRow {...props} row={row} index={index} />;
          }
        }}
      </Rows>
    </div>
  );
}
