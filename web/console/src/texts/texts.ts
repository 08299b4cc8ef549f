import { type I18n, setupI18n } from "@lingui/core";

import { messages as de } from "./de.po";
import { messages as en } from "./en.po";

/** The languages that are complete. */
export const LOCALES = ["en", "de"] as const;
export type Locale = (typeof LOCALES)[number];

/** Returns the texts of a language. */
export function textsIn(locale: Locale): I18n {
  return setupI18n({ locale, messages: { en, de } });
}

/** Returns the first language of a reader that is complete, else English. */
export function localeFor(languages: readonly string[]): Locale {
  for (const language of languages) {
    const known = LOCALES.find((locale) => language.toLowerCase().startsWith(locale));
    if (known) return known;
  }
  return "en";
}
