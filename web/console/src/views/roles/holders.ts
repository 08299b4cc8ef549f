import type { HeldRole, Outline, OutlinedGroup, OutlinedPerson } from "@portcullis/author";

/** Who is given a role, by itself or by a group. */
export interface Holders {
  readonly people: readonly { readonly key: string; readonly person: OutlinedPerson; readonly held: HeldRole }[];
  readonly groups: readonly { readonly key: string; readonly group: OutlinedGroup; readonly held: HeldRole }[];
}

/** Returns the assignments of a role; what has ended is among them, for it is in the file. */
export function holdersOf(outline: Outline, role: string): Holders {
  const of = (roles: readonly HeldRole[]) => roles.filter((held) => held.role === role);
  return {
    people: outline.people.flatMap((person) => of(person.roles).map((held) => ({ key: `${person.type}:${person.id} ${held.team ?? ""}`, person, held }))),
    groups: outline.groups.flatMap((group) => of(group.roles).map((held) => ({ key: `${group.id} ${held.team ?? ""}`, group, held }))),
  };
}
