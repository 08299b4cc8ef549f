import type { Change, Refusal } from "@portcullis/author";
import { useEffect, useRef, useState } from "react";

import type { Author } from "../author/author";
import type { Held } from "../author/desk";
import { editsOf } from "../draft/edits";
import { nowSeconds, useSession } from "./session";

/** An answer of the desk: the last one is shown until the next is there. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly error: Error | undefined;
  /** Whether the question was asked again since. */
  readonly stale: boolean;
}

/** Asks the desk, and asks again with each change of the draft. */
export function useAsked<T>(ask: (author: Author) => Promise<T>, key: string, delayMs = 0): Asked<T> {
  const { author, version } = useSession();
  const [answer, setAnswer] = useState<{ key: string; asked: string; value: T | undefined; error: Error | undefined }>();
  const last = useRef(ask);
  last.current = ask;
  const asked = `${version} ${key}`;
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      last.current(author).then(
        (value) => current && setAnswer({ key, asked, value, error: undefined }),
        (error: Error) => current && setAnswer({ key, asked, value: undefined, error }),
      );
    }, delayMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [author, asked, key, delayMs]);
  const fits = answer?.key === key;
  return { value: fits ? answer.value : undefined, error: fits ? answer.error : undefined, stale: answer?.asked !== asked };
}

/** Asks whether the actor may make each of these changes; nothing where that is not known yet. */
export function useTries(changes: readonly Change[]): readonly (Refusal | null)[] | undefined {
  return useAsked((author) => author.tries(changes, nowSeconds()), JSON.stringify(changes)).value;
}

/** Asks what a role grants, and has ticks at once that the desk has not applied yet. */
export function useHeld(role: string): Held | undefined {
  const { applied, draft } = useSession();
  const asked = useAsked((author) => author.held(role).then((held) => ({ held, applied })), role);
  if (!asked.value) return undefined;
  const { held, applied: had } = asked.value;
  if (had === draft.changes) return held;
  const before = editsOf(had, role).map((edit) => ({ ...edit, held: !edit.held }));
  const cells = new Map(Object.entries(held.draft).map(([permission, scopes]) => [permission, new Set(scopes)]));
  for (const { permission, scope, held } of [...before, ...editsOf(draft.changes, role)]) {
    const scopes = cells.get(permission) ?? new Set();
    if (held) scopes.add(scope);
    else scopes.delete(scope);
    cells.set(permission, scopes);
  }
  return { ...held, draft: Object.fromEntries([...cells].map(([permission, scopes]) => [permission, [...scopes]])) };
}
