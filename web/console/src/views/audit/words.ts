import type { Names } from "../../state/names";
import type { LoggedRecord } from "../../store/store";

/** Names who made a change. */
export function actorWords({ actor }: LoggedRecord): string {
  if (typeof actor === "string") return actor;
  if ("vendor" in actor) return actor.vendor.name;
  const { type, id } = actor.subject;
  return type === "user" ? id : `${type}:${id}`;
}

/** Names what a change was made to: the role, then whom and where. */
export function targetWords(names: Names, { target }: LoggedRecord): string {
  if (!target) return "";
  return Object.entries(target)
    .map(([name, value]) => (name === "role" && typeof value === "string" ? names.role(value) : valueWords(value)))
    .join(" · ");
}

function valueWords(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "id" in value) return String(value.id);
  return JSON.stringify(value);
}
