import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";

import { Access, type AccessOptions, type AccessState, type AccessStatus, type PageAccess } from "./access.js";
import {
  type Decision,
  type Filter,
  PortcullisError,
  type Registered,
  type Resource,
  type Session,
  type Snapshot,
  type Subject,
  turnClock,
  type View,
  viewOf,
  type VisibleModule,
  type Vocabulary,
} from "./index.js";
import { type Asked, isAskable, shown, type Shown } from "./shown";
import { type ModuleNode, moduleTree } from "./tree";

export type { ModuleNode, Shown };

/** What the components below it ask. */
export type PortcullisProps = { readonly children?: ReactNode } & (
  | {
      /** A page's access: fetched, refreshed, and rendered from a snapshot until then. */
      readonly access: PageAccess<Vocabulary>;
      /** Where the page is: what waits for a navigation is applied when it changes. */
      readonly location?: unknown;
      /** How often to look for a newer bundle, in seconds; as the access says, unless given. */
      readonly refreshSeconds?: number;
    }
  | {
      /** A session, or the view of a snapshot: what a server renders by. */
      readonly view: View<Vocabulary>;
    }
);

interface Current extends AccessState<Vocabulary> {
  readonly refresh: () => Promise<void>;
}

const Context = createContext<Current | undefined>(undefined);

const IN_PAGE = typeof document !== "undefined";

/** Provides what may be shown; renders the same on the server and at first on the client. */
export function Portcullis(props: PortcullisProps): ReactNode {
  const given = "view" in props ? props.view : undefined;
  const frame = useMemo<State | undefined>(() => given && { view: given, status: "ready", error: undefined }, [given]);
  return <Provided {...("access" in props && props)} frame={frame}>{props.children}</Provided>;
}

type State = AccessState<Vocabulary>;

interface ProvidedProps {
  readonly access?: PageAccess<Vocabulary>;
  readonly location?: unknown;
  readonly refreshSeconds?: number;
  /** What is shown in place of what the access says. */
  readonly frame: State | undefined;
  readonly children: ReactNode;
}

function Provided({ access, location, refreshSeconds, frame, children }: ProvidedProps): ReactNode {
  const subscribe = useCallback((listener: () => void) => access?.subscribe(listener) ?? nothing, [access]);
  const read = useCallback(() => access?.state, [access]);
  // A server renders what there is; however late a page is hydrated, it is at first what the server rendered.
  const first = useCallback(() => (IN_PAGE ? access?.initial : undefined) ?? access?.state, [access]);
  const state = useSyncExternalStore(subscribe, read, first);
  useEffect(() => {
    if (access && refreshSeconds !== undefined) access.refreshSeconds = refreshSeconds;
    void access?.refresh();
  }, [access, refreshSeconds]);
  // The location is not read: that it changes is what counts.
  useEffect(() => access?.navigate(), [access, location]);
  const current = useMemo<Current>(() => ({ ...(frame ?? state ?? NOTHING), refresh: access?.refresh ?? settled }), [frame, state, access]);
  // React 18 knows no other way.
  return <Context.Provider value={current}>{children}</Context.Provider>;
}

/** What a page is made of that brings no access of its own. */
export type PortcullisPageProps = Omit<AccessOptions<Vocabulary>, "subject"> & {
  readonly children?: ReactNode;
  /** Who is signed in, as the server says; another one leaves nothing of the former. */
  readonly subject: Subject<Vocabulary>;
  readonly location?: unknown;
};

/**
 * As `<Portcullis access>`, with an access of its own: for a server component, whose props have to be data. Another
 * subject comes with another snapshot, which is shown from its first render on.
 */
export function PortcullisPage({ children, location, ...options }: PortcullisPageProps): ReactNode {
  const [access] = useState(() => new Access<Vocabulary>(options));
  const { subject, snapshot, now = turnClock } = options;
  const who = JSON.stringify(subject, (_, value) => (typeof value === "bigint" ? String(value) : value));
  const [former, identified] = useState(who);
  const isFormer = who === former;
  useEffect(() => {
    if (isFormer) return;
    identified(who);
    void access.identify(subject, { snapshot });
  }, [access, who, isFormer]);
  // The access is still the former's until this is shown: a render that is thrown away must not change it.
  const frame = useMemo(() => (isFormer ? undefined : firstOf(snapshot, now)), [isFormer, who]);
  return (
    <Provided access={access} location={location} frame={frame}>
      {children}
    </Provided>
  );
}

function firstOf(snapshot: Snapshot<Vocabulary> | undefined, now: () => number): State {
  try {
    if (snapshot) return { view: viewOf(snapshot, now), status: "ready", error: undefined };
  } catch {
    // The access says why.
  }
  return { ...NOTHING, status: "pending" };
}

/** Returns where the page stands; `pending` is not denied, it is not yet known. */
export function useAccess(): { status: AccessStatus; error: PortcullisError | undefined; refresh: () => Promise<void> } {
  const { status, error, refresh } = useCurrent();
  return useMemo(() => ({ status, error, refresh }), [status, error, refresh]);
}

/** Returns what may be asked; undefined while there is nothing, or no longer. */
export function useView<V extends Vocabulary = Registered>(): View<V> | undefined {
  return useCurrent().view as View<V> | undefined;
}

/** Says whether something may be shown; undefined while that is pending. A resource that is given and undefined is denied. */
export function useCan<V extends Vocabulary = Registered>(permission: V["permission"], ...resource: [resource?: Resource<V>]): boolean | undefined {
  const { view, status } = useCurrent();
  if (view) return isAskable(resource) && view.can(permission, ...(resource as [Resource<Vocabulary>]));
  return status === "pending" ? undefined : false;
}

/** Returns what may be listed; undefined while there is nothing to ask. */
export function useFilter<V extends Vocabulary = Registered>(permission: V["permission"]): Filter | undefined {
  const { view } = useCurrent();
  return useMemo(() => {
    try {
      return view?.filter(permission);
    } catch {
      return undefined;
    }
  }, [view, permission]);
}

/** Returns the decision with its reason; undefined where there is no engine to ask, as with a snapshot. */
export function useDecision<V extends Vocabulary = Registered>(
  permission: V["permission"],
  ...resource: [resource?: Resource<V>]
): Decision<V> | undefined {
  const { view } = useCurrent();
  if (!view || !("check" in view) || !isAskable(resource)) return undefined;
  try {
    return (view as unknown as Session<V>).check(permission, ...resource);
  } catch {
    return undefined;
  }
}

/** Returns the visible modules in catalog order; undefined while that is pending. */
export function useModules<V extends Vocabulary = Registered>(): readonly VisibleModule<V>[] | undefined {
  const { view, status } = useCurrent();
  if (view) return view.modules() as readonly VisibleModule<V>[];
  return status === "pending" ? undefined : NONE;
}

/** Returns the visible modules, each with those below it; undefined while that is pending. */
export function useModuleTree<V extends Vocabulary = Registered>(): readonly ModuleNode<V>[] | undefined {
  const modules = useModules<V>();
  return useMemo(() => modules && moduleTree(modules), [modules]);
}

/** What `<Can>` is given: `I`, `all` or `any`, also together. */
export interface CanProps extends Asked<Registered> {
  /** What to show where it is allowed; a function is called in every case, and says itself what to show. */
  readonly children?: ReactNode | ((outcome: { readonly allowed: boolean; readonly state: Shown }) => ReactNode);
  /** Shows the children where it is not allowed, and nothing where it is. */
  readonly not?: boolean;
  /** What to show while it is pending; nothing, unless given. */
  readonly pending?: ReactNode;
  /** What to show where it is denied; nothing, unless given. */
  readonly denied?: ReactNode;
  /** What to show where only a feature of the tenant is lacking; as where it is denied, unless given. */
  readonly locked?: ReactNode;
}

/** Shows its children to whom they are for. */
// Not generic: from a name that is wrong a vocabulary would be inferred that has it.
export function Can({ children, not, pending, denied, locked = denied, ...asked }: CanProps): ReactNode {
  const { view, status } = useCurrent();
  const state = shown(view, status === "pending", asked as Asked<Vocabulary>);
  const allowed = state === "allowed";
  if (typeof children === "function") return children({ allowed, state });
  if (state === "pending") return pending;
  if (not) return allowed ? denied : children;
  return allowed ? children : state === "locked" ? locked : denied;
}

function useCurrent(): Current {
  const current = useContext(Context);
  if (!current) throw new PortcullisError("no-provider", "there is no <Portcullis> above this component");
  return current;
}

const nothing = () => undefined;
const NOTHING: State = { view: undefined, status: "ready", error: undefined };
const settled = () => Promise.resolve();
const NONE: readonly never[] = Object.freeze([]);
