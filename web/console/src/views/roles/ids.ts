import type { Outline } from "@portcullis/author";

/** Returns an id for a label, in the grammar of ids: `Quality Lead` as `quality-lead`. */
export function idOf(label: string): string {
  const plain = label.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return plain.replaceAll("ß", "ss").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, ID_MAX);
}

/** Returns the first id of that kind that no role has and none ever had. */
export function freeId(outline: Outline, wanted: string): string {
  const taken = new Set([...outline.roles.map(({ id }) => id), ...outline.retired]);
  const base = wanted || "role";
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}

/** Returns an id for a copy of a role. */
export const copyId = (outline: Outline, role: string) => freeId(outline, `${role}-copy`);

const ID_MAX = 60;
