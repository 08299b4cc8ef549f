import type { I18n } from "@lingui/core";

/** Writes a moment, given in Unix seconds. */
export function momentOf(i18n: I18n, seconds: number): string {
  return i18n.date(new Date(seconds * 1000), { dateStyle: "medium", timeStyle: "short" });
}

/** Writes a day, given in RFC 3339. */
export function dateOf(i18n: I18n, text: string): string {
  return i18n.date(new Date(text), text.endsWith("T00:00:00Z") ? { dateStyle: "medium", timeZone: "UTC" } : { dateStyle: "medium", timeStyle: "short" });
}

/** Returns the moment at which a day of a date field has ended, or nothing for an empty field. */
export function endOf(day: string): string | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T00:00:00Z` : undefined;
}
