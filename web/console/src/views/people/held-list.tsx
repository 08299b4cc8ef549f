import { useLingui } from "@lingui/react/macro";
import type { Change, HeldRole } from "@portcullis/author";
import type { ReactElement } from "react";

import { IconButton } from "../../parts/button";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { dateOf } from "../../words/time";

interface HeldListProps {
  readonly roles: readonly HeldRole[];
  /** The change that takes a role away. */
  readonly taking: (held: HeldRole) => Change;
}

/** The roles that somebody is given, to be taken away where the actor may. */
export function HeldList({ roles, taking }: HeldListProps): ReactElement {
  const { t, i18n } = useLingui();
  const { names, dispatch, href } = useSession();
  const changes = roles.map(taking);
  const tried = useTries(changes);
  return (
    <ul className="pc-list-plain pc-panel">
      {roles.map((held, index) => {
        const change = changes[index];
        const name = names.role(held.role);
        return (
          <li key={`${held.role} ${held.team ?? ""}`} className="pc-line">
            <a className="pc-line-main" href={href({ view: "roles", item: held.role, part: undefined })}>
              {name}
            </a>
            <span className="pc-line-meta">
              {held.team ? <span className="pc-badge">{held.team}</span> : <span className="pc-quiet">{t`everywhere`}</span>}
              {held.until && <span className={held.ended ? "pc-badge pc-badge-warning" : "pc-badge"}>{held.ended ? t`ended ${dateOf(i18n, held.until)}` : t`until ${dateOf(i18n, held.until)}`}</span>}
            </span>
            {change && tried?.[index] === null && <IconButton icon="close" label={held.team ? t`Take ${name} on ${held.team}` : t`Take ${name}`} onPress={() => dispatch({ type: "added", changes: [change] })} />}
          </li>
        );
      })}
      {roles.length === 0 && <li className="pc-empty">{t`No role of its own.`}</li>}
    </ul>
  );
}
