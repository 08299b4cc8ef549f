import type { Change, Refusal } from "@portcullis/author";

import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";
import { teamsOf } from "./known";

/** Whom and what a role is to be given, as far as that is clear. */
interface Wanted {
  readonly role?: string;
  readonly subject?: { readonly type: string; readonly id: string };
  readonly group?: string;
}

/** Says whether its reader may give people a role at all: some role, anywhere; nothing else is offered. */
export function useMayAssign({ role, subject = SOMEBODY }: Wanted): boolean {
  return useMayGive(role, (one, team) => ({ operation: "assign", role: one, subject, ...team }));
}

/** As `useMayAssign`, of the members of a group. */
export function useMayMap({ role, group = SOMEBODY.id }: Wanted): boolean {
  return useMayGive(role, (one, team) => ({ operation: "map", role: one, group, ...team }));
}

function useMayGive(role: string | undefined, change: (role: string, team: { readonly team?: string }) => Change): boolean {
  const { outline } = useSession();
  const roles = role === undefined ? outline.roles.filter(({ available }) => available).map(({ id }) => id) : [role];
  const everywhere = roles.slice(0, TRIED_MAX).map((one) => change(one, {}));
  const teams = role === undefined ? [] : teamsOf(outline).slice(0, TRIED_MAX).map((team) => change(role, { team }));
  const tried = useTries([...everywhere, ...teams]);
  if (!tried) return false;
  return roles.length > TRIED_MAX || tried.some((refusal) => !isForbidden(refusal));
}

/** Says whether its reader may say what an attribute of somebody is, some value at least. */
export function useMaySet(subject: { readonly type: string; readonly id: string }): boolean {
  const { outline } = useSession();
  const person = outline.people.find((one) => one.type === subject.type && one.id === subject.id);
  const tries = outline.attributes.subject.flatMap((attribute): Change[] => {
    const known = person?.attributes.find(([name]) => name === attribute)?.[1] ?? [];
    const values = [...new Set(outline.people.flatMap((one) => one.attributes.find(([name]) => name === attribute)?.[1] ?? []))];
    const others = values.filter((value) => !known.includes(value)).slice(0, TRIED_MAX);
    return [...others, SOMEBODY.id].map((value) => ({ operation: "attribute", subject, attribute, values: [...known, value] }));
  });
  const tried = useTries(tries.slice(0, TRIED_MAX));
  return tried?.some((refusal) => !isForbidden(refusal)) ?? false;
}

/** Says whether a refusal is of whoever asks; what else stands against a change may be cured in its form. */
function isForbidden(refusal: Refusal | null): boolean {
  return refusal !== null && FORBIDDEN.has(refusal.reason);
}

const FORBIDDEN: ReadonlySet<Refusal["reason"]> = new Set(["not-allowed", "nobodys-operation", "not-managed", "own-access"]);

/** Somebody whom no directory has. */
const SOMEBODY = { type: "user", id: "portcullis-console-somebody" };

/** So many are tried: each is worked out in full. */
const TRIED_MAX = 12;
