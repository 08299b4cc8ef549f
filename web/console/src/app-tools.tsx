import { useLingui } from "@lingui/react/macro";
import type { ReactElement } from "react";

import { Menu } from "./parts/menu";
import type { Locale } from "./texts/texts";

export type Theme = "system" | "light" | "dark";

interface AppToolsProps {
  readonly locale: Locale;
  readonly onLocale: (locale: Locale) => void;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
}

/** How the app looks and speaks. */
export function AppTools({ locale, onLocale, theme, onTheme }: AppToolsProps): ReactElement {
  const { t } = useLingui();
  const themes = { system: t`As the system is`, light: t`Light`, dark: t`Dark` };
  const mark = (on: boolean) => (on ? { icon: "check" as const } : {});
  return (
    <Menu
      label={t`Appearance and language`}
      groups={[
        {
          id: "language",
          label: t`Language`,
          actions: [
            { id: "en", label: "English", ...mark(locale === "en"), run: () => onLocale("en") },
            { id: "de", label: "Deutsch", ...mark(locale === "de"), run: () => onLocale("de") },
          ],
        },
        {
          id: "theme",
          label: t`Appearance`,
          actions: (["system", "light", "dark"] as const).map((id) => ({ id, label: themes[id], ...mark(theme === id), run: () => onTheme(id) })),
        },
      ]}
    />
  );
}
