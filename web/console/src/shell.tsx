import { useLingui } from "@lingui/react/macro";
import type { ReactElement, ReactNode } from "react";

import { Icon } from "./parts/icons";
import { Select } from "./parts/select";
import { titled } from "./state/names";
import { VIEWS } from "./state/route";
import { useSession } from "./state/session";
import type { Opened } from "./store/store";
import { Banners } from "./views/saving/banners";
import { SavingBar } from "./views/saving/bar";

interface ShellProps {
  readonly policies: Opened["policies"];
  readonly tools: ReactNode;
  readonly children: ReactNode;
}

/** What is around every view: which policy, as whom, where else to go, and what is not saved. */
export function Shell({ policies, tools, children }: ShellProps): ReactElement {
  const { t } = useLingui();
  const { policy, outline, actor, route, go, href } = useSession();
  const words = { roles: t`Roles`, people: t`People`, who: t`Who may`, compare: t`Compare`, matrix: t`Matrix`, audit: t`Audit trail` };
  const options = policies.map(({ id, label }) => ({ id, label: label ?? titled(id) }));
  return (
    <>
      <a className="pc-skip" href="#pc-main" onClick={(event) => (event.preventDefault(), document.querySelector<HTMLElement>("#pc-main h1")?.focus())}>
        {t`Skip to the content`}
      </a>
      <header className="pc-top">
        <span className="pc-brand">
          <svg className="pc-brand-mark" viewBox="0 0 32 32" aria-hidden="true">
            <path d="M6 27V14a10 10 0 0 1 20 0v13M12.500 27V10M19.500 27V10M6 17h20M6 22.500h20" />
          </svg>
          Portcullis
        </span>
        {policies.length > 1 ? (
          <Select label={t`Policy`} isLabelHidden options={options} value={policy} onChange={(id) => go({ policy: id, view: route.view, item: undefined, part: undefined })} />
        ) : (
          <span className="pc-top-policy">{options[0]?.label}</span>
        )}
        <span className="pc-top-tenant">{outline.tenant}</span>
        <span className="pc-top-space" />
        <span className="pc-actor" title={t`Who you are here`}>
          <Icon name="people" />
          <span className="pc-actor-name">{"vendor" in actor ? t`${actor.vendor} (vendor)` : actor.subject.replace(/^user:/, "")}</span>
        </span>
        {tools}
      </header>
      <div className="pc-body">
        <nav className="pc-nav" aria-label={t`Views`}>
          <ul>
            {VIEWS.map((view) => (
              <li key={view}>
                <a className="pc-nav-link" href={href({ view, item: undefined, part: undefined })} aria-current={route.view === view ? "page" : undefined}>
                  <Icon name={view} />
                  <span>{words[view]}</span>
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="pc-content">
          <Banners />
          {children}
          <SavingBar />
        </div>
      </div>
    </>
  );
}
