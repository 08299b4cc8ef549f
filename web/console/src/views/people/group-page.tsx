import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactElement, useState } from "react";

import { Button } from "../../parts/button";
import { PageHead } from "../../parts/page-head";
import { useSession } from "../../state/session";
import { MapGroup } from "./assign";
import { HeldList } from "./held-list";
import { keyOf } from "./known";
import { useMayMap } from "./offered";

/** One group of the identity provider: the roles of its members. */
export function GroupPage({ id }: { readonly id: string }): ReactElement {
  const { t } = useLingui();
  const { outline, names, href } = useSession();
  const [isMapping, setMapping] = useState(false);
  const group = outline.groups.find((one) => one.id === id);
  const mayMap = useMayMap({ group: id });
  const members = outline.people.filter((person) => person.groups.includes(id));
  return (
    <>
      <PageHead
        above={
          <nav className="pc-crumbs" aria-label={t`Where you are`}>
            <a href={href({ item: undefined, part: undefined })}>
              <Trans>People</Trans>
            </a>
          </nav>
        }
        title={id}
        badges={<span className="pc-badge">{t`Group`}</span>}
        lead={<Trans>Whoever your identity provider puts in this group holds these roles.</Trans>}
        actions={
          mayMap && (
            <Button kind="primary" icon="plus" onPress={() => setMapping(true)}>
              {t`Give a role`}
            </Button>
          )
        }
      />
      <section className="pc-section" aria-label={t`Roles`}>
        <h2 className="pc-section-title">
          <Trans>Roles</Trans>
        </h2>
        <HeldList roles={group?.roles ?? []} taking={({ role, team }) => ({ operation: "unmap", group: id, role, ...(team ? { team } : {}) })} />
      </section>
      {members.length > 0 && (
        <section className="pc-section" aria-label={t`Members known here`}>
          <h2 className="pc-section-title">
            <Trans>Members known here</Trans> <span className="pc-count">{members.length}</span>
          </h2>
          <ul className="pc-list-plain pc-panel">
            {members.map((person) => (
              <li key={keyOf(person)} className="pc-line">
                <a className="pc-line-main" href={href({ item: `${person.type}:${person.id}`, part: undefined })}>
                  {names.subject(person)}
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {isMapping && <MapGroup group={id} onClose={() => setMapping(false)} />}
    </>
  );
}
