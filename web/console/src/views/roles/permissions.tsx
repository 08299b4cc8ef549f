import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { OutlinedPermission, OutlinedRole } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import type { Edit } from "../../draft/edits";
import { Button } from "../../parts/button";
import { Notice } from "../../parts/notice";
import { Search } from "../../parts/search";
import { useHeld, useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { REASONS } from "../../words/refusal";
import { Bulk } from "./bulk";
import { LockedModules } from "./locked";
import { editsTo } from "./levels";
import { ModuleTree } from "./module-tree";
import { useOffered } from "./offered";
import { PermissionRows } from "./permission-rows";
import { areKindsColumns, rowsOf } from "./rows";

/** What a role grants, to be changed: modules on the left, their permissions as rows. */
export function Permissions({ role }: { readonly role: OutlinedRole }): ReactElement | null {
  const { t, i18n } = useLingui();
  const { names, outline, dispatch } = useSession();
  const [search, setSearch] = useState("");
  const [module, setModule] = useState<string | null>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const held = useHeld(role.id);
  const offered = useOffered(role.id, held?.draft);
  const [reset] = useTries([{ operation: "reset", role: role.id }]) ?? [];
  if (!held || !offered) return null;

  const rows = rowsOf(names, { search, module, collapsed });
  const edit = (edits: readonly Edit[]) => edits.length > 0 && dispatch({ type: "edited", role: role.id, edits });
  const choose = ({ name }: OutlinedPermission, scopes: readonly string[]) => edit(editsTo(name, held.draft[name] ?? [], scopes, offered.isOffered));
  const closed = outline.permissions.filter((permission) => !permission.open && (held.draft[permission.name] ?? []).length > 0).length;
  const groups = outline.modules.filter((one) => one.open).map(({ id }) => id);
  const isAllCollapsed = groups.every((id) => collapsed.has(id));
  const shown = rows.flatMap((row) => (row.type === "permission" ? [row.permission] : row.type === "kinds" ? [...row.byKind.values()] : []));
  return (
    <div className="pc-editor">
      <ModuleTree cells={held.draft} selected={module} onSelect={setModule} />
      <div className="pc-editor-main">
        {offered.refusal && (
          <Notice>
            <strong>
              <Trans>You can look at this role, but not change what it grants.</Trans>
            </strong>
            <p>{i18n._(REASONS[offered.refusal.reason])}.</p>
            <p className="pc-hint" lang="en">
              {offered.refusal.message}; {offered.refusal.cure}
            </p>
          </Notice>
        )}
        <div className="pc-toolbar">
          <Search label={t`Search permissions`} value={search} onChange={setSearch} />
          <Button kind="quiet" onPress={() => setCollapsed(isAllCollapsed ? new Set() : new Set(groups))}>
            {isAllCollapsed ? t`Expand all` : t`Collapse all`}
          </Button>
          {!offered.refusal && <Bulk label={t`Set all that is shown`} permissions={shown} cells={held.draft} isOffered={offered.isOffered} onEdits={edit} hasWords />}
          {reset === null && (
            <Button kind="plain" icon="reset" onPress={() => dispatch({ type: "added", changes: [{ operation: "reset", role: role.id }] })}>
              {t`Reset permissions`}
            </Button>
          )}
        </div>
        <PermissionRows
          rows={rows}
          areKindsColumns={areKindsColumns(outline.permissions)}
          cells={held.draft}
          saved={held.saved}
          collapsed={collapsed}
          isOffered={offered.isOffered}
          onToggle={(id) => setCollapsed(toggled(collapsed, id))}
          onChoose={choose}
          onEdits={edit}
        />
        {closed > 0 && (
          <p className="pc-hint">
            <Plural
              value={closed}
              one="The role also has # permission of modules that are off: it counts once they are on."
              other="The role also has # permissions of modules that are off: they count once those are on."
            />
          </p>
        )}
        <LockedModules />
      </div>
    </div>
  );
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const copy = new Set(set);
  if (!copy.delete(id)) copy.add(id);
  return copy;
}
