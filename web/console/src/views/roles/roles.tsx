import { useLingui } from "@lingui/react/macro";
import type { OutlinedRole } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Notice } from "../../parts/notice";
import { useSession } from "../../state/session";
import type { RoleAction } from "./role-actions";
import { CreateRole, DeleteRole, DescribeRole, RenameRole } from "./role-dialogs";
import { RoleList } from "./role-list";
import { RolePage } from "./role-page";

/** The roles of a tenant: the list of them, or one. */
export function Roles(): ReactElement {
  const { t } = useLingui();
  const { route, names, go, dispatch } = useSession();
  const [open, setOpen] = useState<{ action: RoleAction | "create"; role?: OutlinedRole }>();
  const close = () => setOpen(undefined);
  const act = (action: RoleAction, role: OutlinedRole) => {
    switch (action) {
      case "edit":
        return go({ item: role.id });
      case "assignees":
        return go({ item: role.id, part: "assignees" });
      case "reset":
        return dispatch({ type: "added", changes: [{ operation: "reset", role: role.id }] });
      case "claim":
      case "unclaim":
        return dispatch({ type: "added", changes: [{ operation: action, role: role.id }] });
      default:
        return setOpen({ action, role });
    }
  };
  const role = route.item === undefined ? undefined : names.roleOf(route.item);
  return (
    <>
      {route.item !== undefined && !role && (
        <Notice kind="warning">{t`There is no role ${route.item}.`}</Notice>
      )}
      {role ? <RolePage role={role} onAction={act} /> : <RoleList onAction={act} onCreate={() => setOpen({ action: "create" })} />}
      {open?.action === "create" && <CreateRole onClose={close} />}
      {open?.action === "duplicate" && open.role && <CreateRole from={open.role} onClose={close} />}
      {open?.action === "describe" && open.role && <DescribeRole role={open.role} onClose={close} />}
      {open?.action === "rename" && open.role && <RenameRole role={open.role} onClose={close} />}
      {open?.action === "delete" && open.role && <DeleteRole role={open.role} onClose={close} />}
    </>
  );
}
