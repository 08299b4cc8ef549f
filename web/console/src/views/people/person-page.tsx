import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactElement, useState } from "react";

import { Button } from "../../parts/button";
import { PageHead } from "../../parts/page-head";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { AssignRole } from "./assign";
import { AttributesOf } from "./attributes-of";
import { HeldList } from "./held-list";
import { keyOf } from "./known";
import { useMayAssign } from "./offered";
import { SeeAs } from "./see-as";

/** One person: the roles held, what that comes to, and whether it counts. */
export function PersonPage({ subject }: { readonly subject: { readonly type: string; readonly id: string } }): ReactElement {
  const { t } = useLingui();
  const { outline, names, dispatch, href } = useSession();
  const [isAssigning, setAssigning] = useState(false);
  const person = outline.people.find(({ type, id }) => type === subject.type && id === subject.id);
  const isInactive = person?.inactive ?? false;
  const turn = isInactive ? ({ operation: "activate", subject } as const) : ({ operation: "deactivate", subject } as const);
  const signOut = { operation: "sign-out", subject, unlisted: person === undefined } as const;
  const [turning, signing] = useTries([turn, signOut]) ?? [];
  const mayAssign = useMayAssign({ subject });
  const mapped = outline.groups.filter(({ id }) => person?.groups.includes(id));
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
        title={names.subject(subject)}
        badges={isInactive ? <span className="pc-badge pc-badge-warning">{t`Inactive`}</span> : null}
        lead={person ? undefined : <Trans>The directory does not have them: what they hold comes from tokens and groups alone.</Trans>}
        actions={
          <>
            {signing === null && (
              <Button onPress={() => dispatch({ type: "added", changes: [signOut] })}>{t`Sign out everywhere`}</Button>
            )}
            {turning === null && (
              <Button onPress={() => dispatch({ type: "added", changes: [turn] })} icon={isInactive ? "check" : "lock"}>
                {isInactive ? t`Activate` : t`Deactivate`}
              </Button>
            )}
            {mayAssign && (
              <Button kind="primary" icon="plus" onPress={() => setAssigning(true)}>
                {t`Give a role`}
              </Button>
            )}
          </>
        }
      />
      <section className="pc-section" aria-label={t`Roles`}>
        <h2 className="pc-section-title">
          <Trans>Roles</Trans>
        </h2>
        <HeldList roles={person?.roles ?? []} taking={({ role, team }) => ({ operation: "unassign", role, subject, ...(team ? { team } : {}) })} />
        {mapped.length > 0 && (
          <p className="pc-hint">
            <Trans>By groups: {mapped.map(({ id, roles }) => `${id} → ${roles.map(({ role }) => names.role(role)).join(", ")}`).join("; ")}</Trans>
          </p>
        )}
      </section>
      <AttributesOf subject={subject} person={person} />
      <SeeAs subject={subject} person={person} />
      {isAssigning && <AssignRole subject={keyOf(subject)} onClose={() => setAssigning(false)} />}
    </>
  );
}
