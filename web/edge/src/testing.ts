import type { Access, AccessState, AccessStatus, SubjectSource } from "./access.js";
import { type Decision, Filter, type PortcullisError, type Registered, type Resource, type Subject, type View, type VisibleModule, type Vocabulary } from "./index.js";
import { isObject } from "./members";

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
  /** What `useDecision` answers, where there is an engine to ask; a permission that is not named is not granted. */
  readonly decisions?: { readonly [name in V["permission"]]?: Decision<V> };
  /** Who is signed in. */
  readonly subject?: Subject<V>;
}

/** What is counted of each function that is called. */
type Called = "refresh" | "navigate" | "identify" | "signOut";

/** All that an `Access` has, made up by a test that can change it. */
export interface MockAccess<V extends Vocabulary = Registered> extends Pick<Access<V>, keyof Access<V>> {
  /** Changes what somebody may do, and lets components know. */
  set(mocked: Mocked<V>): void;
  /** How often each was called. */
  readonly calls: { readonly [name in Called]: number };
}

/** Returns an access without an engine, a bundle or a network: `<Portcullis access={mockAccess({ can: ["tickets:read"] })}>`. */
export function mockAccess<V extends Vocabulary = Registered>(mocked: Mocked<V> = {}): MockAccess<V> {
  const listeners = new Set<() => void>();
  const calls = { refresh: 0, navigate: 0, identify: 0, signOut: 0 };
  let { subject } = mocked;
  let state = stateOf(mocked);
  const change = (next: AccessState<V>) => {
    state = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    get state() {
      return state;
    },
    get initial() {
      return state;
    },
    get view() {
      return state.view;
    },
    get status() {
      return state.status;
    },
    get error() {
      return state.error;
    },
    get subject() {
      return subject;
    },
    // There is no engine.
    policy: undefined,
    refreshSeconds: undefined,
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
    identify: async (source: SubjectSource<V>) => {
      calls.identify++;
      subject = (typeof source === "function" ? await source() : source) ?? undefined;
      change(subject ? stateOf(mocked) : NOBODY);
    },
    signOut: () => {
      calls.signOut++;
      subject = undefined;
      change(NOBODY);
    },
    set: (changed) => {
      mocked = changed;
      if (changed.subject) subject = changed.subject;
      change(stateOf(changed));
    },
  };
}

/** Returns a view alone: `<Portcullis view={mockView({ can: ["tickets:read"] })}>`. */
export function mockView<V extends Vocabulary = Registered>(mocked: Mocked<V> = {}): View<V> {
  const rules = rulesOf(mocked);
  const modules = mocked.modules ?? modulesOf([...rules].filter(([, rule]) => rule).map(([name]) => name));
  const { decisions } = mocked;
  const view: View<V> = {
    ...(decisions && { check: (permission: V["permission"]) => decisions[permission] ?? { effect: "deny", reason: "not-granted" } }),
    validUntil: Number.POSITIVE_INFINITY,
    can(permission, resource) {
      const rule = rules.get(permission) ?? false;
      if (arguments.length < 2) return rule !== false;
      return isObject(resource) && (typeof rule === "function" ? rule(resource as Resource<V>) : rule);
    },
    locked: (permission) => mocked.locked?.includes(permission) ?? false,
    modules: () => modules as readonly VisibleModule<V>[],
    filter: (permission) => {
      const kind = !view.can(permission) ? "none" : typeof rules.get(permission) === "function" ? "some" : "all";
      return new Filter(kind, undefined, (resource) => view.can(permission, resource as Resource<V>));
    },
  };
  return view;
}

function stateOf<V extends Vocabulary>(mocked: Mocked<V>): AccessState<V> {
  const { status = "ready", error } = mocked;
  return { view: status === "ready" ? mockView(mocked) : undefined, status, error };
}

const NOBODY: AccessState<never> = { view: undefined, status: "unauthenticated", error: undefined };

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
