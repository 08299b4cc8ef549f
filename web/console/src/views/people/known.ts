import type { Outline } from "@portcullis/author";

/** Returns the teams that a policy speaks of. */
export function teamsOf(outline: Outline): readonly string[] {
  const attribute = outline.attributes.team;
  const bound = [...outline.people, ...outline.groups].flatMap(({ roles }) => roles.flatMap(({ team }) => team ?? []));
  const stated = outline.people.flatMap(({ attributes }) => attributes.filter(([name]) => name === attribute).flatMap(([, values]) => values));
  return [...new Set([...bound, ...stated])].sort();
}

/** Writes a subject as the directory's keys are: the type of users is left out. */
export function keyOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return type === "user" && !id.includes(":") ? id : `${type}:${id}`;
}

/** Reads a subject as somebody types it: `kim`, `service:ci`. */
export function subjectOf(text: string): { readonly type: string; readonly id: string } {
  const at = text.indexOf(":");
  return at < 0 ? { type: "user", id: text } : { type: text.slice(0, at), id: text.slice(at + 1) };
}
