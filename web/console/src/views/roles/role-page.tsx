import { Trans, useLingui } from "@lingui/react/macro";
import type { OutlinedRole } from "@portcullis/author";
import type { ReactElement } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";

import { PageHead } from "../../parts/page-head";
import { useSession } from "../../state/session";
import { Assignees } from "./assignees";
import { holdersOf } from "./holders";
import { Permissions } from "./permissions";
import { RoleActions, type RoleAction } from "./role-actions";
import { RoleBadges } from "./role-badges";

interface RolePageProps {
  readonly role: OutlinedRole;
  readonly onAction: (action: RoleAction, role: OutlinedRole) => void;
}

/** One role: what it grants, and who holds it. */
export function RolePage({ role, onAction }: RolePageProps): ReactElement {
  const { t } = useLingui();
  const { outline, names, route, go, href } = useSession();
  const { people, groups } = holdersOf(outline, role.id);
  const part = route.part === "assignees" ? "assignees" : "permissions";
  return (
    <>
      <PageHead
        above={
          <nav className="pc-crumbs" aria-label={t`Where you are`}>
            <a href={href({ item: undefined, part: undefined })}>
              <Trans>Roles</Trans>
            </a>
          </nav>
        }
        title={names.role(role.id)}
        badges={<RoleBadges role={role} />}
        lead={role.description}
        actions={<RoleActions role={role} onAction={onAction} />}
      />
      <Tabs className="pc-tabs" selectedKey={part} onSelectionChange={(key) => go({ part: key === "assignees" ? "assignees" : undefined })}>
        <TabList className="pc-tab-list" aria-label={t`What of the role`}>
          <Tab id="permissions" className="pc-tab">
            <Trans>Permissions</Trans>
          </Tab>
          <Tab id="assignees" className="pc-tab">
            <Trans>Assignees</Trans> <span className="pc-count">{people.length + groups.length}</span>
          </Tab>
        </TabList>
        <TabPanel id="permissions" className="pc-tab-panel">
          <Permissions key={role.id} role={role} />
        </TabPanel>
        <TabPanel id="assignees" className="pc-tab-panel">
          <Assignees role={role} />
        </TabPanel>
      </Tabs>
    </>
  );
}
