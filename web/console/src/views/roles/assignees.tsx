import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Change, OutlinedRole } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Button, IconButton } from "../../parts/button";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { dateOf } from "../../words/time";
import { AssignRole, MapGroup } from "../people/assign";
import { useMayAssign, useMayMap } from "../people/offered";
import { holdersOf } from "./holders";

/** Who holds a role, to be given it or to have it taken. */
export function Assignees({ role }: { readonly role: OutlinedRole }): ReactElement {
  const { t, i18n } = useLingui();
  const { outline, names, dispatch, href } = useSession();
  const [open, setOpen] = useState<"assign" | "map">();
  const { people, groups } = holdersOf(outline, role.id);
  const taking = [
    ...people.map(({ person, held }): Change => ({ operation: "unassign", role: role.id, subject: { type: person.type, id: person.id }, ...(held.team ? { team: held.team } : {}) })),
    ...groups.map(({ group, held }): Change => ({ operation: "unmap", role: role.id, group: group.id, ...(held.team ? { team: held.team } : {}) })),
  ];
  const tried = useTries(taking);
  const mayAssign = useMayAssign({ role: role.id });
  const mayMap = useMayMap({ role: role.id });
  const take = (index: number, label: string) => {
    const change = taking[index];
    return change && tried?.[index] === null ? <IconButton icon="close" label={label} onPress={() => dispatch({ type: "added", changes: [change] })} /> : null;
  };
  return (
    <section className="pc-assignees" aria-label={t`Assignees`}>
      <div className="pc-toolbar">
        {mayAssign && (
          <Button kind="primary" icon="plus" onPress={() => setOpen("assign")}>
            {t`Add people`}
          </Button>
        )}
        {mayMap && (
          <Button icon="group" onPress={() => setOpen("map")}>
            {t`Add a group`}
          </Button>
        )}
      </div>
      {people.length + groups.length === 0 && (
        <p className="pc-empty">
          <Trans>Nobody holds this role yet.</Trans>
        </p>
      )}
      <ul className="pc-list-plain">
        {people.map(({ key, person, held }, index) => (
          <li key={key} className="pc-line">
            <a className="pc-line-main" href={href({ view: "people", item: `${person.type}:${person.id}`, part: undefined })}>
              {names.subject(person)}
            </a>
            <span className="pc-line-meta">
              {held.team ? <span className="pc-badge">{held.team}</span> : <span className="pc-quiet">{t`everywhere`}</span>}
              {held.until && <span className={held.ended ? "pc-badge pc-badge-warning" : "pc-badge"}>{held.ended ? t`ended ${dateOf(i18n, held.until)}` : t`until ${dateOf(i18n, held.until)}`}</span>}
            </span>
            {take(index, t`Take ${names.role(role.id)} from ${names.subject(person)}`)}
          </li>
        ))}
        {groups.map(({ key, group, held }, index) => {
          const members = outline.people.filter((person) => person.groups.includes(group.id)).length;
          return (
            <li key={key} className="pc-line">
              <span className="pc-line-main">
                <Trans>Members of {group.id}</Trans>
              </span>
              <span className="pc-line-meta">
                {members > 0 && (
                  <span className="pc-quiet">
                    <Plural value={members} one="# known here" other="# known here" />
                  </span>
                )}
                {held.team ? <span className="pc-badge">{held.team}</span> : <span className="pc-quiet">{t`everywhere`}</span>}
              </span>
              {take(people.length + index, t`Take ${names.role(role.id)} from members of ${group.id}`)}
            </li>
          );
        })}
      </ul>
      {open === "assign" && <AssignRole role={role.id} onClose={() => setOpen(undefined)} />}
      {open === "map" && <MapGroup role={role.id} onClose={() => setOpen(undefined)} />}
    </section>
  );
}
