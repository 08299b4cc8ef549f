/** What of a policy is shown. */
export const VIEWS = ["roles", "people", "who", "compare", "matrix", "audit"] as const;
export type View = (typeof VIEWS)[number];

/** Where in the console somebody is. */
export interface Route {
  readonly policy?: string;
  readonly view: View;
  /** The role, person, group or permission that is shown. */
  readonly item?: string;
  /** What of it. */
  readonly part?: string;
}

/** What of a route changes; what is named and left undefined is left out of it. */
export type RouteStep = { readonly [K in keyof Route]?: Route[K] | undefined };

/** Returns where a step leads: another view begins at its beginning. */
export function steppedTo(route: Route, step: RouteStep): Route {
  const isElsewhere = step.view !== undefined && step.view !== route.view;
  const { policy = "", view, item, part } = { ...(isElsewhere ? { policy: route.policy } : route), ...step };
  return { policy, view: view ?? route.view, ...(item === undefined ? {} : { item }), ...(part === undefined ? {} : { part }) };
}

/** Reads a route, as `cx-platform/roles/agent/assignees`; what is not known leads to the roles. */
export function routeOf(path: string): Route {
  const [policy, view, item, part] = path.split("/").map(decoded);
  return {
    ...(policy ? { policy } : {}),
    view: VIEWS.find((known) => known === view) ?? "roles",
    ...(item ? { item } : {}),
    ...(part ? { part } : {}),
  };
}

/** Writes a route. */
export function pathOf({ policy, view, item, part }: Route): string {
  const parts = policy === undefined ? [] : [policy, view, item, item === undefined ? undefined : part];
  return parts.filter((one) => one !== undefined).map(encodeURIComponent).join("/");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
