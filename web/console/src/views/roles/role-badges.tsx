import { useLingui } from "@lingui/react/macro";
import type { OutlinedRole } from "@portcullis/author";
import type { ReactElement } from "react";

import { useSession } from "../../state/session";

/** What is to know of a role, in single words. */
export function RoleBadges({ role }: { readonly role: OutlinedRole }): ReactElement {
  const { t } = useLingui();
  const { draft } = useSession();
  const isUnsaved = draft.changes.some((change) => ("role" in change && change.role === role.id) || (change.operation === "rename" && change.to === role.id));
  return (
    <span className="pc-badges">
      <span className={role.built_in ? "pc-badge" : "pc-badge pc-badge-own"}>{role.built_in ? t`Built in` : t`Own`}</span>
      {role.permanent && <span className="pc-badge">{t`Permanent`}</span>}
      {!role.available && <span className="pc-badge pc-badge-warning">{t`Coming soon`}</span>}
      {role.edited && <span className="pc-badge pc-badge-accent">{t`Edited`}</span>}
      {isUnsaved && <span className="pc-badge pc-badge-unsaved">{t`Unsaved`}</span>}
    </span>
  );
}
