import { useLingui } from "@lingui/react/macro";
import type { OutlinedPermission } from "@portcullis/author";
import type { ReactElement } from "react";
import { Button } from "react-aria-components";

import { Icon } from "../../parts/icons";
import { useSession } from "../../state/session";
import { Bulk } from "./bulk";
import { LevelChoice } from "./level";
import { unmet } from "./levels";
import type { RowsProps } from "./permission-rows";
import type { Kind, Row } from "./rows";

type RowProps<T extends Row["type"]> = RowsProps & { readonly row: Extract<Row, { type: T }>; readonly index: number };

/** The head of a module: folds what is below it, and sets all of it at once. */
export function ModuleRow(props: RowProps<"module"> & { readonly columns: number }): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  const { row, index, columns, cells, collapsed, isOffered, onToggle, onEdits } = props;
  const { module, permissions, depth } = row;
  const name = names.module(module.id);
  const held = permissions.filter((permission) => (cells[permission.name] ?? []).length > 0).length;
  const isOpen = !collapsed.has(module.id);
  return (
    <div role="row" className="pc-row pc-row-module" data-depth={depth} aria-rowindex={index + 2}>
      <div role="cell" className="pc-cell pc-cell-module" aria-colspan={columns}>
        <Button className="pc-fold" aria-expanded={isOpen} onPress={() => onToggle(module.id)}>
          <Icon name="chevron" />
          <span className="pc-fold-name">{name}</span>
          <span className="pc-count" aria-label={t`${held} of ${permissions.length} granted`}>
            {held}/{permissions.length}
          </span>
        </Button>
        {module.description && <span className="pc-module-text">{module.description}</span>}
        <Bulk label={t`Set all of ${name}`} permissions={permissions} cells={cells} isOffered={isOffered} onEdits={onEdits} />
      </div>
    </div>
  );
}

/** A module of which each kind is one permission: they are beside each other. */
export function KindsRow(props: RowProps<"kinds"> & { readonly kinds: readonly Kind[]; readonly kindWords: Readonly<Record<Kind, string>> }): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  const { row, index, kinds, kindWords, cells } = props;
  const { module, byKind, depth, isOfGroup } = row;
  const name = names.module(module.id);
  return (
    <div role="row" className="pc-row" data-depth={depth} aria-rowindex={index + 2}>
      <div role="rowheader" className="pc-cell pc-cell-name">
        <span className="pc-name">{isOfGroup ? t`${name} itself` : name}</span>
        {!isOfGroup && module.description && <span className="pc-text">{module.description}</span>}
        {[...byKind.values()].map((permission) => (
          <Needs key={permission.name} {...props} permission={permission} />
        ))}
      </div>
      {kinds.map((kind) => {
        const permission = byKind.get(kind);
        return (
          <div key={kind} role="cell" className="pc-cell pc-cell-level" data-kind={kindWords[kind]} data-empty={permission ? undefined : ""}>
            {permission && <Level {...props} permission={permission} held={cells[permission.name] ?? []} />}
          </div>
        );
      })}
    </div>
  );
}

/** A permission of its own row. */
export function PermissionRow(props: RowProps<"permission">): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  const { row, index, cells } = props;
  const { permission, depth } = row;
  const kindWords = { read: t`Read`, write: t`Write`, delete: t`Delete`, other: t`Other` };
  return (
    <div role="row" className="pc-row" data-depth={depth} aria-rowindex={index + 2}>
      <div role="rowheader" className="pc-cell pc-cell-name">
        <span className="pc-name">
          {names.action(permission.name)} <span className={`pc-kind pc-kind-${permission.kind}`}>{kindWords[permission.kind]}</span>
        </span>
        {permission.description && <span className="pc-text">{permission.description}</span>}
        <Needs {...props} permission={permission} />
      </div>
      <div role="cell" className="pc-cell pc-cell-level">
        <Level {...props} permission={permission} held={cells[permission.name] ?? []} />
      </div>
    </div>
  );
}

function Level({ permission, held, saved, isOffered, onChoose }: RowsProps & { readonly permission: OutlinedPermission; readonly held: readonly string[] }): ReactElement {
  const { names } = useSession();
  const before = saved?.[permission.name] ?? [];
  const isChanged = saved !== null && (before.length !== held.length || before.some((scope) => !held.includes(scope)));
  // In the order of the choice, whatever the order in which they were ticked.
  const inOrder = permission.scopes.filter((scope) => held.includes(scope));
  return <LevelChoice permission={permission} names={names} held={inOrder} isChanged={isChanged} isOffered={isOffered} onChange={(scopes) => onChoose(permission, scopes)} />;
}

/** What a permission needs to make sense, and whether it is there. */
function Needs({ permission, cells, isOffered, onChoose }: RowsProps & { readonly permission: OutlinedPermission }): ReactElement | null {
  const { t } = useLingui();
  const { names } = useSession();
  if (!permission.needs?.length) return null;
  const lacking = unmet(permission, cells);
  const list = permission.needs.map((name) => names.permission(name)).join(", ");
  if (lacking.length === 0) return <span className="pc-text pc-needs">{t`Needs ${list}`}</span>;
  const add = () => {
    for (const name of lacking) {
      const needed = names.permissionOf(name);
      const scope = needed?.scopes.findLast((one) => isOffered(name, one));
      if (needed && scope) onChoose(needed, [scope]);
    }
  };
  return (
    <span className="pc-text pc-needs pc-needs-unmet">
      <Icon name="warning" />
      {t`Says nothing without ${list}`}
      <Button className="pc-link" onPress={add}>
        {t`Add it`}
      </Button>
    </span>
  );
}
