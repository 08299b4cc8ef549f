import type { Change } from "@portcullis/author";
import { expect, test } from "vitest";

import { type Draft, type DraftEvent, drafted, draftOf } from "../src/draft/draft";
import { edited } from "../src/draft/edits";
import { keep, kept } from "../src/draft/kept";
import type { Snapshot } from "../src/store/store";

const snapshot = (digest: string): Snapshot => ({ policy: `{"${digest}":0}`, digest, records: [] });
const assign: Change = { operation: "assign", role: "agent", subject: "kim" };
const edit = (permission: string, scope: string, held: boolean) => ({ permission, scope, held });
const after = (draft: Draft, ...events: DraftEvent[]) => events.reduce(drafted, draft);

test("what is ticked and unticked again comes to nothing", () => {
  const ticked = edited([], "agent", [edit("m:read", "all", true)]);
  expect(ticked).toEqual([{ operation: "grant", role: "agent", grants: { all: ["m:read"] } }]);
  expect(edited(ticked, "agent", [edit("m:read", "all", false)])).toEqual([]);
});

test("edits of one role come to one grant and one revocation, the grant first", () => {
  let changes: readonly Change[] = [];
  for (const one of [edit("m:read", "own", false), edit("m:read", "all", true), edit("m:write", "all", true)]) changes = edited(changes, "agent", [one]);
  expect(changes).toEqual([
    { operation: "grant", role: "agent", grants: { all: ["m:read", "m:write"] } },
    { operation: "revoke", role: "agent", grants: { own: ["m:read"] } },
  ]);
});

test("edits of roles beside each other are kept apart, and nothing is moved across another operation", () => {
  const one = edited([], "agent", [edit("m:read", "all", true)]);
  const two = edited(edited(one, "lead", [edit("m:read", "all", true)]), "agent", [edit("m:write", "all", true)]);
  expect(two.map((change) => ("role" in change ? change.role : ""))).toEqual(["agent", "lead"]);
  const copy: Change = { operation: "clone", from: "agent", role: "copy" };
  expect(edited([...one, copy], "agent", [edit("m:read", "all", false)])).toEqual([...one, copy, { operation: "revoke", role: "agent", grants: { all: ["m:read"] } }]);
});

test("every step is undone and done again, and a new one forgets what was undone", () => {
  const draft = after(draftOf(snapshot("a")), { type: "added", changes: [assign] }, { type: "edited", role: "agent", edits: [edit("m:read", "all", true)] });
  expect(draft.changes).toHaveLength(2);
  const undone = after(draft, { type: "undone" }, { type: "undone" }, { type: "undone" });
  expect(undone.changes).toEqual([]);
  expect(after(undone, { type: "redone" }, { type: "redone" }).changes).toEqual(draft.changes);
  expect(after(undone, { type: "added", changes: [assign] }).redo).toEqual([]);
});

test("what somebody else saved waits beside a draft, and is taken at once where there is none", () => {
  const empty = after(draftOf(snapshot("a")), { type: "found", snapshot: snapshot("b") });
  expect([empty.saved.digest, empty.conflict]).toEqual(["b", null]);
  const held = after(draftOf(snapshot("a")), { type: "added", changes: [assign] }, { type: "found", snapshot: snapshot("b") });
  expect([held.saved.digest, held.conflict?.digest]).toEqual(["a", "b"]);
  const merged = after(held, { type: "merged" });
  expect([merged.saved.digest, merged.conflict, merged.changes]).toEqual(["b", null, [assign]]);
  const discarded = after(held, { type: "discarded" });
  expect([discarded.saved.digest, discarded.changes]).toEqual(["b", []]);
});

test("what was changed while it was saved stays unsaved", () => {
  const begun = after(draftOf(snapshot("a")), { type: "added", changes: [assign] });
  const more = after(begun, { type: "added", changes: [{ ...assign, subject: "lou" }] });
  const saved = after(more, { type: "saved", snapshot: snapshot("b"), changes: begun.changes });
  expect(saved.changes).toEqual([{ ...assign, subject: "lou" }]);
});

test("a draft is kept until it is empty, and a keeper that fails loses nothing else", () => {
  const held = new Map<string, string>();
  const keeper = { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, text: string) => void held.set(key, text), removeItem: (key: string) => void held.delete(key) };
  keep(keeper, "p", { digest: "a", changes: [assign] });
  expect(kept(keeper, "p")).toEqual({ digest: "a", changes: [assign] });
  keep(keeper, "p", { digest: "a", changes: [] });
  expect(kept(keeper, "p")).toBeUndefined();
  held.set("portcullis-console:p", "{broken");
  expect(kept(keeper, "p")).toBeUndefined();
  const full = { ...keeper, setItem: () => { throw new Error("full"); } };
  expect(() => keep(full, "p", { digest: "a", changes: [assign] })).not.toThrow();
});
