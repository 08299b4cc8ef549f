import {
  createContext,
  type PropsWithChildren,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from "react";

import type { Access, AccessStatus } from "./access";
import type { Registered, Resource, View, VisibleModule, Vocabulary } from "./index";

/** What the components below it ask. */
export type PortcullisProps = PropsWithChildren<
  | {
      /** A page's access: fetched, refreshed, and rendered from a snapshot until then. */
      readonly access: Access<Vocabulary>;
      /** Where the page is: what waits for a navigation is applied when it changes. */
      readonly location?: unknown;
      /** How often to look for a newer bundle, in seconds; never, unless given. */
      readonly refreshSeconds?: number;
    }
  | {
      /** A session, or the view of a snapshot: what a server renders by. */
      readonly view: View<Vocabulary>;
    }
>;

interface Current {
  readonly view: View<Vocabulary> | undefined;
  readonly status: AccessStatus;
}

const Context = createContext<Current | undefined>(undefined);

/** Provides what may be shown; renders the same on the server and at first on the client. */
export function Portcullis(props: PortcullisProps): ReactNode {
  const access = "access" in props ? props.access : undefined;
  const given = "view" in props ? props.view : undefined;
  const location = "access" in props ? props.location : undefined;
  const seconds = "access" in props ? props.refreshSeconds : undefined;
  const subscribe = useCallback((listener: () => void) => access?.subscribe(listener) ?? nothing, [access]);
  const state = useCallback(() => access?.view, [access]);
  const view = useSyncExternalStore(subscribe, state, state);
  const standing = useCallback(() => access?.status ?? "ready", [access]);
  const status = useSyncExternalStore(subscribe, standing, standing);
  useEffect(() => {
    void access?.refresh();
    if (!access || seconds === undefined) return undefined;
    const timer = setInterval(() => void access.refresh(), seconds * 1000);
    return () => clearInterval(timer);
  }, [access, seconds]);
  // The location is not read: that it changes is what counts.
  useEffect(() => access?.navigate(), [access, location]);
  const current = useMemo<Current>(
    () => (given ? { view: given, status: "ready" } : { view, status }),
    [given, view, status],
  );
  // React 18 knows no other way.
  return <Context.Provider value={current}>{props.children}</Context.Provider>;
}

/** Returns where the page stands; `pending` is not denied, it is not yet known. */
export function useAccess(): AccessStatus {
  return useCurrent().status;
}

/** Says whether something may be shown; undefined while that is pending. */
export function useCan<V extends Vocabulary = Registered>(
  permission: V["permission"],
  resource?: Resource<V>,
): boolean | undefined {
  const { view, status } = useCurrent();
  if (view) return view.can(permission, resource as Resource<Vocabulary> | undefined);
  return status === "pending" ? undefined : false;
}

/** Returns the visible modules in catalog order; undefined while that is pending. */
export function useModules<V extends Vocabulary = Registered>(): readonly VisibleModule<V>[] | undefined {
  const { view, status } = useCurrent();
  if (view) return view.modules() as readonly VisibleModule<V>[];
  return status === "pending" ? undefined : NONE;
}

/** What `<Can>` is given. */
export interface CanProps extends PropsWithChildren {
  /** The permission. */
  readonly I: Registered["permission"];
  /** The resource, if it is about one. */
  readonly on?: Resource;
  /** What to show while it is pending; nothing, unless given. */
  readonly pending?: ReactNode;
  /** What to show where it is denied; nothing, unless given. */
  readonly otherwise?: ReactNode;
}

/** Shows its children to whom they are for. */
// Not generic: from a name that is wrong a vocabulary would be inferred that has it.
export function Can(props: CanProps): ReactNode {
  const can = useCan(props.I, props.on);
  if (can === undefined) return props.pending;
  return can ? props.children : props.otherwise;
}

function useCurrent(): Current {
  const current = useContext(Context);
  if (!current) throw new Error("there is no <Portcullis> above this component");
  return current;
}

const nothing = () => undefined;
const NONE: readonly never[] = Object.freeze([]);
