import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { OutlinedRole } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Button } from "../../parts/button";
import { PageHead } from "../../parts/page-head";
import { matches, Search } from "../../parts/search";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { REASONS } from "../../words/refusal";
import { holdersOf } from "./holders";
import { freeId } from "./ids";
import { RoleActions, type RoleAction } from "./role-actions";
import { RoleBadges } from "./role-badges";

interface RoleListProps {
  readonly onAction: (action: RoleAction, role: OutlinedRole) => void;
  readonly onCreate: () => void;
}

/** All roles: those of the product, then the customer's own. */
export function RoleList({ onAction, onCreate }: RoleListProps): ReactElement {
  const { t, i18n } = useLingui();
  const { outline, names } = useSession();
  const [search, setSearch] = useState("");
  const [creating] = useTries([{ operation: "create", role: freeId(outline, "new-role") }]) ?? [];
  const isLimited = creating?.reason === "limit";
  const found = outline.roles.filter((role) => matches(search, role.id, names.role(role.id), role.description));
  const builtIn = found.filter((role) => role.built_in);
  const own = found.filter((role) => !role.built_in);
  return (
    <>
      <PageHead
        title={t`Roles`}
        lead={
          outline.role_changes === "instant" ? (
            <Trans>A role is a set of permissions. What you save here applies at once, to everybody who holds it.</Trans>
          ) : (
            <Trans>A role is a set of permissions. What you save here applies to whoever holds it from their next sign-in on.</Trans>
          )
        }
        actions={
          creating === null || isLimited ? (
            <Button kind="primary" icon="plus" onPress={onCreate} isDisabled={isLimited}>
              {t`Create a role`}
            </Button>
          ) : null
        }
      >
        <Search label={t`Search roles`} value={search} onChange={setSearch} />
      </PageHead>
      {isLimited && <p className="pc-hint">{i18n._(REASONS.limit)}</p>}
      {own.length > 0 && <Section title={t`Your own`} roles={own} onAction={onAction} />}
      {builtIn.length > 0 && <Section title={t`Built in`} roles={builtIn} onAction={onAction} />}
      {found.length === 0 && <p className="pc-empty">{t`No role matches.`}</p>}
    </>
  );
}

function Section({ title, roles, onAction }: { readonly title: string; readonly roles: readonly OutlinedRole[]; readonly onAction: RoleListProps["onAction"] }): ReactElement {
  return (
    <section className="pc-section" aria-label={title}>
      <h2 className="pc-section-title">
        {title} <span className="pc-count">{roles.length}</span>
      </h2>
      <ul className="pc-cards">
        {roles.map((role) => (
          <RoleCard key={role.id} role={role} onAction={onAction} />
        ))}
      </ul>
    </section>
  );
}

function RoleCard({ role, onAction }: { readonly role: OutlinedRole; readonly onAction: RoleListProps["onAction"] }): ReactElement {
  const { outline, names, href } = useSession();
  const { people, groups } = holdersOf(outline, role.id);
  return (
    <li className="pc-card">
      <div className="pc-card-main">
        <div className="pc-card-title">
          <a className="pc-card-link" href={href({ item: role.id, part: undefined })}>
            {names.role(role.id)}
          </a>
          <RoleBadges role={role} />
        </div>
        {role.description && <p className="pc-card-text">{role.description}</p>}
        <p className="pc-card-meta">
          <span>
            <Plural value={people.length} _0="Nobody" one="# person" other="# people" />
          </span>
          {groups.length > 0 && (
            <span>
              <Plural value={groups.length} one="# group" other="# groups" />
            </span>
          )}
          {role.base && (
            <span>
              <Trans>copy of {names.role(role.base)}</Trans>
            </span>
          )}
          <code>{role.id}</code>
        </p>
      </div>
      <RoleActions role={role} onAction={onAction} isInList />
    </li>
  );
}
