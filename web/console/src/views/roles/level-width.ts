import type { OutlinedPermission } from "@portcullis/author";

import type { Names } from "../../state/names";

/** Says whether the scopes of a permission have room beside each other; otherwise a list is opened. */
export function isSideBySide(names: Names, permission: OutlinedPermission, off: string): boolean {
  return permission.scopes.length <= SIDE_BY_SIDE_MAX && width(names, permission, off) <= MANY_PIXELS;
}

/** Returns about how wide the choices of a permission are, in pixels. */
export function choiceWidth(names: Names, permission: OutlinedPermission, off: string): number {
  if (permission.scopes.length === 1) return BOX_PIXELS;
  return isSideBySide(names, permission, off) ? width(names, permission, off) : MANY_PIXELS;
}

function width(names: Names, { scopes }: OutlinedPermission, off: string): number {
  const labels = [off, ...scopes.map((scope) => names.scope(scope))];
  return labels.reduce((sum, label) => sum + label.length * LETTER_PIXELS + PADDING_PIXELS, 4);
}

const SIDE_BY_SIDE_MAX = 3;
const MANY_PIXELS = 272;
const BOX_PIXELS = 120;
const LETTER_PIXELS = 7.4;
const PADDING_PIXELS = 17;
