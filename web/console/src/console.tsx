import { I18nProvider as Texts } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { type ReactElement, type ReactNode, useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components";

import type { Author } from "./author/author";
import type { Keeper } from "./draft/kept";
import { Button } from "./parts/button";
import { Notice } from "./parts/notice";
import type { Route } from "./state/route";
import { type Opened as OpenedStore, type Store, type StoreActor, StoreError } from "./store/store";
import { type Locale, textsIn } from "./texts/texts";
import { Policy } from "./policy";
import { Start } from "./views/start";

interface ConsoleProps {
  readonly store: Store;
  /** The compiler, in a worker: `authorIn`. */
  readonly author: Author;
  readonly locale?: Locale;
  /** Where drafts outlive the page; `localStorage` where it is left out. */
  readonly keeper?: Keeper;
  readonly route: Route;
  readonly onRoute: (route: Route) => void;
  /** Writes where a route leads, for links. */
  readonly href: (route: Route) => string;
  /** What a product puts in the head of the console. */
  readonly tools?: ReactNode;
}

/** The whole console, over a store. */
export function Console({ locale = "en", ...props }: ConsoleProps): ReactElement {
  const texts = useMemo(() => textsIn(locale), [locale]);
  return (
    <Texts i18n={texts}>
      <I18nProvider locale={locale}>
        <div className="pc-console" lang={locale}>
          <OfStore {...props} />
        </div>
      </I18nProvider>
    </Texts>
  );
}

function OfStore({ store, author, keeper = localStorage, route, onRoute, href, tools }: Omit<ConsoleProps, "locale">): ReactElement {
  const { t } = useLingui();
  const [opened, setOpened] = useState<OpenedStore>();
  const [failure, setFailure] = useState<StoreError>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    store.open().then(
      (found) => {
        if (!current) return;
        setFailure(undefined);
        setOpened(found);
      },
      (error: unknown) => current && setFailure(error instanceof StoreError ? error : new StoreError("failed", String(error))),
    );
    return () => {
      current = false;
    };
  }, [store, attempt]);
  if (failure) {
    return (
      <main className="pc-start">
        <Notice kind="danger" isLive actions={<Button onPress={() => setAttempt(attempt + 1)}>{t`Try again`}</Button>}>
          <strong>{failure.kind === "signed-out" ? t`This page is not signed in: open the address that the program printed.` : t`The policies cannot be read.`}</strong>
          <p lang="en">{failure.message}</p>
        </Notice>
      </main>
    );
  }
  if (!opened) return <p className="pc-loading" role="status">{t`Loading …`}</p>;
  const choose = async (actor: StoreActor) => {
    await store.choose?.(actor);
    setOpened({ ...opened, actor });
  };
  if (!opened.actor) return <Start store={store} opened={opened} onChoose={choose} />;
  const policy = opened.policies.find(({ id }) => id === route.policy) ?? opened.policies[0];
  if (!policy) {
    return (
      <main className="pc-start">
        <Notice>{t`There is no policy here.`}</Notice>
      </main>
    );
  }
  return (
    <Policy
      key={policy.id}
      store={store}
      author={author}
      keeper={keeper}
      actor={opened.actor}
      policy={policy.id}
      policies={opened.policies}
      route={{ ...route, policy: policy.id }}
      onRoute={onRoute}
      href={href}
      tools={tools}
    />
  );
}
