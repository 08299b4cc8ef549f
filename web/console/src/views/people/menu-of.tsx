import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactElement } from "react";

import type { VisibleModule } from "../../author/answers";
import { useSession } from "../../state/session";

/** The modules that somebody sees, with what may be done in each. */
export function MenuOf({ menu }: { readonly menu: readonly VisibleModule[] }): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  return (
    <div className="pc-panel pc-see-menu">
      <h3 className="pc-panel-title">
        <Trans>Their menu</Trans>
      </h3>
      {menu.length === 0 && <p className="pc-empty">{t`They see no module.`}</p>}
      <ul className="pc-list-plain">
        {menu.map(({ module, grants }) => (
          <li key={module} className="pc-see-module" data-depth={module.split(".").length - 1}>
            <span className="pc-name">{names.module(module)}</span>
            <span className="pc-line-meta">
              {grants.map(({ action, scope, team }) => (
                <span key={`${action} ${scope} ${team}`} className="pc-badge">
                  {names.action(`${module}:${action}`)} · {names.scope(scope)}
                  {team && ` · ${team}`}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
