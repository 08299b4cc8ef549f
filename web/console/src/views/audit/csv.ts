import type { LoggedRecord } from "../../store/store";
import { actorWords } from "./words";

/** Writes records as a table: a line for each difference. */
export function csvOf(records: readonly LoggedRecord[]): string {
  const lines = records.flatMap((record) => {
    const begin = [String(record.sequence), new Date(record.time * 1000).toISOString(), actorWords(record), record.operation, JSON.stringify(record.target ?? {})];
    const changes = record.changes?.length ? record.changes : [{ path: "" }];
    return changes.map((change) => [...begin, change.path, written("before" in change ? change.before : undefined), written("after" in change ? change.after : undefined)]);
  });
  return [HEAD, ...lines].map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

const written = (value: unknown) => (value === undefined ? "" : JSON.stringify(value));

/** Quotes a cell, and keeps a spreadsheet from taking it for a formula. */
function quoted(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const HEAD = ["sequence", "time", "actor", "operation", "target", "path", "before", "after"];
