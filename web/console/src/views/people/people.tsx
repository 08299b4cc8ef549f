import { Trans, useLingui } from "@lingui/react/macro";
import type { Change } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Button } from "../../parts/button";
import { ChangeDialog } from "../../parts/change-dialog";
import { PageHead } from "../../parts/page-head";
import { matches, Search } from "../../parts/search";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { AssignRole, MapGroup } from "./assign";
import { GroupPage } from "./group-page";
import { keyOf, subjectOf } from "./known";
import { useMayAssign, useMayMap } from "./offered";
import { PersonPage } from "./person-page";

/** The people of a tenant and its groups: all of them, or one. */
export function People(): ReactElement {
  const { route, names } = useSession();
  if (route.item?.startsWith(GROUP)) return <GroupPage key={route.item} id={route.item.slice(GROUP.length)} />;
  if (route.item !== undefined) {
    const subject = subjectOf(route.item);
    return <PersonPage key={names.subject(subject)} subject={subject} />;
  }
  return <Lists />;
}

function Lists(): ReactElement {
  const { t } = useLingui();
  const { outline, names, href } = useSession();
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState<"assign" | "map" | "sign-out">();
  const mayAssign = useMayAssign({});
  const mayMap = useMayMap({});
  const [signing] = useTries([SIGN_OUT]) ?? [];
  const people = outline.people.filter((person) => matches(search, keyOf(person), ...person.roles.map(({ role }) => names.role(role)), ...person.groups));
  const groups = outline.groups.filter((group) => matches(search, group.id, ...group.roles.map(({ role }) => names.role(role))));
  return (
    <>
      <PageHead
        title={t`People`}
        lead={<Trans>Who holds which role: by themselves, on a team, or by a group of your identity provider.</Trans>}
        actions={
          <>
            {signing === null && <Button onPress={() => setOpen("sign-out")}>{t`Sign everybody out`}</Button>}
            {mayMap && (
              <Button icon="group" onPress={() => setOpen("map")}>
                {t`Give a group a role`}
              </Button>
            )}
            {mayAssign && (
              <Button kind="primary" icon="plus" onPress={() => setOpen("assign")}>
                {t`Give somebody a role`}
              </Button>
            )}
          </>
        }
      >
        <Search label={t`Search people and groups`} value={search} onChange={setSearch} />
      </PageHead>
      <section className="pc-section" aria-label={t`Directory`}>
        <h2 className="pc-section-title">
          <Trans>Directory</Trans> <span className="pc-count">{people.length}</span>
        </h2>
        <ul className="pc-list-plain pc-panel">
          {people.map((person) => (
            <li key={keyOf(person)} className="pc-line">
              <a className="pc-line-main" href={href({ item: `${person.type}:${person.id}`, part: undefined })}>
                {names.subject(person)}
              </a>
              <span className="pc-line-meta">
                {person.inactive && <span className="pc-badge pc-badge-warning">{t`Inactive`}</span>}
                {person.roles.map((held) => (
                  <span key={`${held.role} ${held.team}`} className={held.ended ? "pc-badge pc-badge-ended" : "pc-badge"}>
                    {names.role(held.role)}
                    {held.team && ` · ${held.team}`}
                  </span>
                ))}
              </span>
            </li>
          ))}
          {people.length === 0 && <li className="pc-empty">{t`Nobody matches.`}</li>}
        </ul>
      </section>
      {groups.length > 0 && (
        <section className="pc-section" aria-label={t`Groups`}>
          <h2 className="pc-section-title">
            <Trans>Groups</Trans> <span className="pc-count">{groups.length}</span>
          </h2>
          <ul className="pc-list-plain pc-panel">
            {groups.map((group) => (
              <li key={group.id} className="pc-line">
                <a className="pc-line-main" href={href({ item: `${GROUP}${group.id}`, part: undefined })}>
                  {group.id}
                </a>
                <span className="pc-line-meta">
                  {group.roles.map((held) => (
                    <span key={`${held.role} ${held.team}`} className="pc-badge">
                      {names.role(held.role)}
                      {held.team && ` · ${held.team}`}
                    </span>
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {open === "assign" && <AssignSomebody onClose={() => setOpen(undefined)} />}
      {open === "sign-out" && <SignEverybodyOut onClose={() => setOpen(undefined)} />}
      {open === "map" && <MapGroup onClose={() => setOpen(undefined)} />}
    </>
  );
}

function AssignSomebody({ onClose }: { readonly onClose: () => void }): ReactElement {
  return <AssignRole onClose={onClose} />;
}

function SignEverybodyOut({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { t } = useLingui();
  return (
    <ChangeDialog title={t`Sign everybody out?`} action={t`Sign everybody out`} changes={[SIGN_OUT]} isDangerous onClose={onClose}>
      <p>{t`Whoever is signed in, you too, has to sign in again. It cannot be taken back once it is saved.`}</p>
    </ChangeDialog>
  );
}

const SIGN_OUT: Change = { operation: "sign-out-all" };

/** No subject's type is so written, for a type has no space. */
const GROUP = "group of ";
