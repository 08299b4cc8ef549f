import type { Change } from "@portcullis/author";

import type { Snapshot } from "../store/store";
import { edited, type Edit } from "./edits";

/** A policy as it is saved, and the changes that are not. */
export interface Draft {
  readonly saved: Snapshot;
  readonly changes: readonly Change[];
  /** What the changes were, step by step, the last at the end. */
  readonly undo: readonly (readonly Change[])[];
  readonly redo: readonly (readonly Change[])[];
  /** What somebody else saved meanwhile, until it is merged or this draft is discarded. */
  readonly conflict: Snapshot | null;
}

/** What happens to a draft. */
export type DraftEvent =
  | { readonly type: "added"; readonly changes: readonly Change[] }
  | { readonly type: "edited"; readonly role: string; readonly edits: readonly Edit[] }
  | { readonly type: "removed"; readonly indices: readonly number[] }
  | { readonly type: "undone" }
  | { readonly type: "redone" }
  | { readonly type: "discarded" }
  /** The policy is kept so; what is unsaved stays unsaved. */
  | { readonly type: "found"; readonly snapshot: Snapshot }
  | { readonly type: "saved"; readonly snapshot: Snapshot; readonly changes: readonly Change[] }
  | { readonly type: "merged" };

/** Returns a draft of a policy; `changes` are those that were kept of an earlier visit. */
export function draftOf(saved: Snapshot, changes: readonly Change[] = []): Draft {
  return { saved, changes, undo: changes.length > 0 ? [[]] : [], redo: [], conflict: null };
}

/** Returns the draft after that. */
export function drafted(draft: Draft, event: DraftEvent): Draft {
  switch (event.type) {
    case "added":
      return stepped(draft, [...draft.changes, ...event.changes]);
    case "edited":
      return stepped(draft, edited(draft.changes, event.role, event.edits));
    case "removed":
      return stepped(draft, draft.changes.filter((_, index) => !event.indices.includes(index)));
    case "undone": {
      const before = draft.undo.at(-1);
      if (!before) return draft;
      return { ...draft, changes: before, undo: draft.undo.slice(0, -1), redo: [...draft.redo, draft.changes] };
    }
    case "redone": {
      const after = draft.redo.at(-1);
      if (!after) return draft;
      return { ...draft, changes: after, undo: [...draft.undo, draft.changes], redo: draft.redo.slice(0, -1) };
    }
    case "discarded":
      return draftOf(draft.conflict ?? draft.saved);
    case "found":
      if (event.snapshot.digest === draft.saved.digest) return { ...draft, saved: event.snapshot, conflict: null };
      // Where nothing is unsaved there is nothing to merge.
      return draft.changes.length === 0 ? draftOf(event.snapshot) : { ...draft, conflict: event.snapshot };
    case "saved":
      // What was ticked while it was being saved is not saved.
      return draftOf(event.snapshot, since(draft.changes, event.changes));
    case "merged":
      return draft.conflict ? draftOf(draft.conflict, draft.changes) : draft;
  }
}

function stepped(draft: Draft, changes: readonly Change[]): Draft {
  return { ...draft, changes, undo: [...draft.undo, draft.changes].slice(-UNDO_MAX), redo: [] };
}

/** Returns what changes have besides those that they begin with. */
function since(changes: readonly Change[], begun: readonly Change[]): readonly Change[] {
  const same = begun.every((change, index) => JSON.stringify(change) === JSON.stringify(changes[index]));
  return same ? changes.slice(begun.length) : changes;
}

const UNDO_MAX = 200;
