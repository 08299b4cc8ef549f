import { StrictMode, type ReactElement, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

import { authorIn } from "./author/author";
import { Console } from "./console";
import { AppTools, type Theme } from "./app-tools";
import { pathOf, type Route, routeOf } from "./state/route";
import { HttpStore } from "./store/http";
import { LOCALES, type Locale, localeFor } from "./texts/texts";
import "./style/console.css";
import "./style/app.css";

const store = new HttpStore();
const author = authorIn(new Worker(new URL("./author/worker.ts", import.meta.url), { type: "module" }));

/** The app of `portcullis console`: the console over its server, with an address for every view. */
function App(): ReactElement {
  const [route, setRoute] = useState<Route>(() => routeOf(location.hash.slice(1)));
  const [locale, setLocale] = useKept<Locale>("locale", LOCALES, () => localeFor(navigator.languages));
  const [theme, setTheme] = useKept<Theme>("theme", ["system", "light", "dark"], () => "system");
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash.slice(1)));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const href = useMemo(() => (to: Route) => `#${pathOf(to)}`, []);
  const onRoute = useMemo(() => (to: Route) => void (location.hash = pathOf(to)), []);
  return (
    <Console
      store={store}
      author={author}
      locale={locale}
      route={route}
      onRoute={onRoute}
      href={href}
      tools={<AppTools locale={locale} onLocale={setLocale} theme={theme} onTheme={setTheme} />}
    />
  );
}

/** A choice that outlives the page. */
function useKept<T extends string>(name: string, known: readonly T[], initial: () => T): readonly [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    const kept = localStorage.getItem(`portcullis-console:${name}`);
    return known.find((one) => one === kept) ?? initial();
  });
  const set = (next: T) => {
    localStorage.setItem(`portcullis-console:${name}`, next);
    setValue(next);
  };
  return [value, set];
}

async function begin(): Promise<void> {
  const token = new URLSearchParams(location.search).get("token");
  // Out of the address before anything else: it must be in no history and no referrer.
  if (token !== null) {
    history.replaceState(null, "", `${location.pathname}${location.hash}`);
    // A token that was used already says nothing new where the session stands.
    await store.signIn(token).catch(() => undefined);
  }
  const root = document.getElementById("console");
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
  }
}

void begin();
