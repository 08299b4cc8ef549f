import type { Change, Outline, Refusal } from "@portcullis/author";
import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { AuthorError, type Author } from "../author/author";
import { type Draft, type DraftEvent, drafted, draftOf } from "../draft/draft";
import { keep, type Keeper, kept } from "../draft/kept";
import { actorOf, type Snapshot, type Store, type StoreActor, StoreError } from "../store/store";
import { nowSeconds, type Saving } from "./session";

/** A policy being opened, one that cannot be, or one to work with. */
export type Opened =
  | { readonly state: "opening" }
  | { readonly state: "broken"; readonly error: AuthorError | StoreError; retry(): void }
  | OpenPolicy;

export interface OpenPolicy {
  readonly state: "open";
  readonly draft: Draft;
  readonly dispatch: (event: DraftEvent) => void;
  readonly applied: AppliedDraft;
  readonly saving: Saving;
  save(): Promise<void>;
  readonly reachable: boolean;
}

interface AppliedDraft {
  readonly outline: Outline;
  readonly digest: string;
  readonly changes: readonly Change[];
  readonly refusals: readonly (Refusal | null)[];
  readonly version: number;
}

interface Place {
  readonly store: Store;
  readonly author: Author;
  readonly policy: string;
  readonly actor: StoreActor;
  readonly keeper: Keeper;
}

/** Opens a policy, keeps its draft, and follows what others save. */
export function useOpened({ store, author, policy, actor, keeper }: Place): Opened {
  const [draft, dispatch] = useReducer((state: Draft | null, event: DraftEvent | { type: "opened"; draft: Draft }) => {
    if (event.type === "opened") return event.draft;
    return state && drafted(state, event);
  }, null);
  const [applied, setApplied] = useState<AppliedDraft | null>(null);
  const [broken, setBroken] = useState<AuthorError | StoreError | null>(null);
  const [saving, setSaving] = useState<Saving>({ state: "idle" });
  const [reachable, setReachable] = useState(true);
  const [attempt, setAttempt] = useState(0);
  const place = `${policy} ${JSON.stringify(actor)}`;

  useEffect(() => {
    let current = true;
    setBroken(null);
    store.read(policy).then(
      (snapshot) => {
        if (!current || snapshot === "unchanged") return;
        dispatch({ type: "opened", draft: resumed(snapshot, kept(keeper, place)) });
      },
      (error: unknown) => current && setBroken(failure(error)),
    );
    return () => {
      current = false;
    };
  }, [store, policy, keeper, place, attempt]);

  // The desk answers in order, so what was asked last is what is shown.
  const laid = useRef<string | null>(null);
  const asked = useRef(0);
  const text = draft?.saved.policy;
  const changes = draft?.changes;
  useEffect(() => {
    if (text === undefined || changes === undefined) return;
    const version = ++asked.current;
    const opening = laid.current === text ? Promise.resolve(undefined) : author.open(text, actorOf(actor), nowSeconds());
    laid.current = text;
    Promise.all([opening, author.apply(changes, nowSeconds())]).then(
      ([, { outline, digest, refusals }]) => version === asked.current && setApplied({ outline, digest, changes, refusals, version }),
      (error: unknown) => {
        laid.current = null;
        if (version === asked.current) setBroken(failure(error));
      },
    );
  }, [author, actor, text, changes]);

  useEffect(() => {
    if (draft) keep(keeper, place, { digest: draft.saved.digest, changes: draft.changes });
  }, [keeper, place, draft]);

  const known = (draft?.conflict ?? draft?.saved)?.digest;
  const isSaving = saving.state === "saving";
  useEffect(() => {
    if (known === undefined || isSaving) return;
    let current = true;
    const look = () => {
      if (document.visibilityState === "hidden") return;
      store.read(policy, known).then(
        (snapshot) => {
          if (!current) return;
          setReachable(true);
          if (snapshot !== "unchanged") dispatch({ type: "found", snapshot });
        },
        () => current && setReachable(false),
      );
    };
    const timer = setInterval(look, reachable ? LOOK_MS : LOOK_AGAIN_MS);
    window.addEventListener("focus", look);
    window.addEventListener("online", look);
    return () => {
      current = false;
      clearInterval(timer);
      window.removeEventListener("focus", look);
      window.removeEventListener("online", look);
    };
  }, [store, policy, known, reachable, isSaving]);

  const result = applied?.changes === changes ? applied?.digest : undefined;
  const save = useCallback(async () => {
    if (!draft || draft.changes.length === 0) return;
    setSaving({ state: "saving" });
    try {
      const done = await store.change(policy, { expect: draft.saved.digest, changes: draft.changes });
      setReachable(true);
      // An answer was lost on its way, and the policy is what these changes make of it: they were made.
      const made = done.outcome === "made" || (done.outcome === "conflict" && done.snapshot.digest === result);
      if (done.outcome === "refused") {
        setSaving({ state: "refused", index: done.index, refusal: done.refusal });
      } else if (made) {
        dispatch({ type: "saved", snapshot: done.snapshot, changes: draft.changes });
        setSaving({ state: "saved", count: draft.changes.length });
      } else {
        dispatch({ type: "found", snapshot: done.snapshot });
        setSaving({ state: "idle" });
      }
    } catch (error) {
      const { message } = failure(error);
      const unreachable = error instanceof StoreError && error.kind === "unreachable";
      if (unreachable) setReachable(false);
      setSaving({ state: "failed", message, unreachable });
    }
  }, [draft, store, policy, result]);

  const dispatched = useCallback((event: DraftEvent) => {
    setSaving((state) => (state.state === "saving" ? state : { state: "idle" }));
    dispatch(event);
  }, []);

  if (broken && !applied) return { state: "broken", error: broken, retry: () => setAttempt((count) => count + 1) };
  if (!draft || !applied) return { state: "opening" };
  return { state: "open", draft, dispatch: dispatched, applied, saving, save, reachable };
}

/** Returns the draft that was kept; of one of an older policy, with what became of that as a conflict. */
function resumed(snapshot: Snapshot, found: { digest: string; changes: readonly Change[] } | undefined): Draft {
  if (!found) return draftOf(snapshot);
  if (found.digest === snapshot.digest) return draftOf(snapshot, found.changes);
  return { ...draftOf({ ...snapshot, digest: found.digest }, found.changes), conflict: snapshot };
}

function failure(error: unknown): AuthorError | StoreError {
  if (error instanceof AuthorError || error instanceof StoreError) return error;
  return new StoreError("failed", error instanceof Error ? error.message : String(error));
}

const LOOK_MS = 10_000;
const LOOK_AGAIN_MS = 3_000;
