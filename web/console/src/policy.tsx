import { useLingui } from "@lingui/react/macro";
import { type ReactElement, type ReactNode, useEffect, useMemo, useRef } from "react";

import { AuthorError, type Author } from "./author/author";
import type { Keeper } from "./draft/kept";
import { Button } from "./parts/button";
import { Notice } from "./parts/notice";
import { Shell } from "./shell";
import { Names } from "./state/names";
import { type OpenPolicy, useOpened } from "./state/opened";
import { type Route, steppedTo } from "./state/route";
import { type Session, SessionContext } from "./state/session";
import type { Opened as OpenedStore, Store, StoreActor } from "./store/store";
import { Audit } from "./views/audit/audit";
import { Compare } from "./views/compare/compare";
import { MatrixView } from "./views/matrix/matrix";
import { People } from "./views/people/people";
import { WhoMay } from "./views/people/who";
import { Roles } from "./views/roles/roles";

interface PolicyProps {
  readonly store: Store;
  readonly author: Author;
  readonly keeper: Keeper;
  readonly actor: StoreActor;
  readonly policy: string;
  readonly policies: OpenedStore["policies"];
  readonly route: Route;
  readonly onRoute: (route: Route) => void;
  readonly href: (route: Route) => string;
  readonly tools: ReactNode;
}

/** One policy, opened as somebody. */
export function Policy(props: PolicyProps): ReactElement {
  const { t } = useLingui();
  const opened = useOpened(props);
  if (opened.state === "opening") return <p className="pc-loading" role="status">{t`Loading …`}</p>;
  if (opened.state === "open") return <Opened {...props} opened={opened} />;
  const { error } = opened;
  return (
    <main className="pc-start">
      <Notice kind="danger" isLive actions={<Button onPress={opened.retry}>{t`Try again`}</Button>}>
        <strong>{t`This policy cannot be opened.`}</strong>
        {error instanceof AuthorError && error.problems.length > 0 ? (
          <ul lang="en" className="pc-conflict">
            {error.problems.map(({ path, message, cure }) => (
              <li key={`${path} ${message}`}>
                <code>{path}</code>: {message}; {cure}
              </li>
            ))}
          </ul>
        ) : (
          <p lang="en">{error.message}</p>
        )}
      </Notice>
    </main>
  );
}

function Opened({ opened, store, author, actor, policy, policies, route, onRoute, href, tools }: PolicyProps & { readonly opened: OpenPolicy }): ReactElement {
  const { draft, dispatch, applied, saving, save, reachable } = opened;
  const { outline } = applied;
  const names = useMemo(() => new Names(outline), [outline]);
  const session: Session = useMemo(() => {
    return {
      policy,
      actor,
      author,
      draft,
      dispatch,
      outline,
      names,
      applied: applied.changes,
      refusals: applied.refusals,
      version: applied.version,
      saving,
      save,
      reachable,
      archive: store.archive?.(policy),
      route,
      go: (step) => onRoute(steppedTo(route, step)),
      href: (step) => href(steppedTo(route, step)),
    };
  }, [policy, actor, author, draft, dispatch, outline, names, applied, saving, save, reachable, store, route, onRoute, href]);
  const { view, item } = route;
  const main = useRef<HTMLElement>(null);
  const place = `${view} ${view === "roles" || view === "people" ? (item ?? "") : ""}`;
  const shown = useRef(place);
  useEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    // Whoever does not see that the page changed hears it: its title is focused, and read.
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [place]);
  return (
    <SessionContext value={session}>
      <Shell policies={policies} tools={tools}>
        <main className="pc-main" id="pc-main" ref={main}>
          {VIEW[view]}
        </main>
      </Shell>
    </SessionContext>
  );
}

const VIEW: Readonly<Record<Route["view"], ReactElement>> = {
  roles: <Roles />,
  people: <People />,
  who: <WhoMay />,
  compare: <Compare />,
  matrix: <MatrixView />,
  audit: <Audit />,
};
