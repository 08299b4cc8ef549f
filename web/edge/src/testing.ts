import type { AccessState, AccessStatus, PageAccess } from "./access.js";
import { Filter, type PortcullisError, type Registered, type Resource, type View, type VisibleModule, type Vocabulary } from "./index.js";

/** What somebody may do in a test. What is not named is denied. */
export interface Mocked<V extends Vocabulary = Registered> {
  /** The permissions held; with a function, on which resources: asked without one, it is allowed. */
  readonly can?: readonly V["permission"][] | { readonly [name in V["permission"]]?: boolean | ((resource: Resource<V>) => boolean) };
  /** The permissions that nothing but a feature of the tenant keeps closed. */
  readonly locked?: readonly V["permission"][];
  /** The visible modules; those of the permissions held, unless given. */
  readonly modules?: readonly VisibleModule<V>[];
  /** `ready`, unless given: only then anything is shown. */
  readonly status?: AccessStatus;
  readonly error?: PortcullisError;
}

/** An access that a test makes up, and changes. */
export interface MockAccess<V extends Vocabulary = Registered> extends PageAccess<V> {
  /** Changes what somebody may do, and lets components know. */
  set(mocked: Mocked<V>): void;
  /** How often `refresh` and `navigate` were called. */
  readonly calls: { readonly refresh: number; readonly navigate: number };
}

/** Returns an access without an engine, a bundle or a network: `<Portcullis access={mockAccess({ can: ["tickets:read"] })}>`. */
export function mockAccess<V extends Vocabulary = Registered>(mocked: Mocked<V> = {}): MockAccess<V> {
  const listeners = new Set<() => void>();
  const calls = { refresh: 0, navigate: 0 };
  let state = stateOf(mocked);
  return {
    get state() {
      return state;
    },
    calls,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh: () => {
      calls.refresh++;
      return Promise.resolve();
    },
    navigate: () => void calls.navigate++,
    set: (changed) => {
      state = stateOf(changed);
      for (const listener of [...listeners]) listener();
    },
  };
}

/** Returns a view alone: `<Portcullis view={mockView({ can: ["tickets:read"] })}>`. */
export function mockView<V extends Vocabulary = Registered>(mocked: Mocked<V> = {}): View<V> {
  const rules = rulesOf(mocked);
  const can = (permission: string, resource?: Resource<V>) => {
    const rule = rules.get(permission) ?? false;
    return typeof rule === "function" ? resource === undefined || rule(resource) : rule;
  };
  const modules = mocked.modules ?? modulesOf([...rules].filter(([, rule]) => rule).map(([name]) => name));
  return {
    validUntil: Number.POSITIVE_INFINITY,
    can,
    locked: (permission) => mocked.locked?.includes(permission) ?? false,
    modules: () => modules as readonly VisibleModule<V>[],
    filter: (permission) => {
      const kind = !can(permission) ? "none" : typeof rules.get(permission) === "function" ? "some" : "all";
      return new Filter(kind, undefined, (resource) => can(permission, resource as Resource<V>));
    },
  };
}

function stateOf<V extends Vocabulary>(mocked: Mocked<V>): AccessState<V> {
  const { status = "ready", error } = mocked;
  return { view: status === "ready" ? mockView(mocked) : undefined, status, error };
}

type Rule = boolean | ((resource: Resource<never>) => boolean);

function rulesOf<V extends Vocabulary>({ can = [] }: Mocked<V>): Map<string, Rule> {
  const isList = Array.isArray(can);
  return new Map<string, Rule>(isList ? can.map((name) => [name, true]) : (Object.entries(can) as [string, Rule][]));
}

function modulesOf(permissions: readonly string[]): VisibleModule<Vocabulary>[] {
  const modules = new Map<string, { module: string; label: string; grants: { action: string; scope: string }[] }>();
  for (const permission of permissions) {
    const [module = "", action = ""] = permission.split(":");
    const own = modules.get(module) ?? { module, label: module, grants: [] };
    own.grants.push({ action, scope: "all" });
    modules.set(module, own);
  }
  return [...modules.values()];
}
