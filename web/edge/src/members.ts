/** Returns an object's own members, on no prototype: what every object inherits is an option that nobody gave. */
export function bare<T extends object>(given: T | null | undefined): T {
  return { __proto__: null, ...given } as T;
}

/**
 * Returns a member of an object or of its class. What every object inherits says nothing of this one, or whoever
 * writes there would answer for all of them: of such a name only the object's own counts.
 */
export function member(object: object, name: string): unknown {
  return name in Object.prototype && !Object.hasOwn(object, name) ? undefined : (object as Record<string, unknown>)[name];
}

/** Says whether something can have members that were given. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
