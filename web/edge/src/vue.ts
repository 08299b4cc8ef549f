import {
  type App,
  computed,
  type ComputedRef,
  defineComponent,
  getCurrentInstance,
  inject,
  type InjectionKey,
  type MaybeRefOrGetter,
  type PropType,
  type ShallowRef,
  shallowRef,
  type SlotsType,
  toValue,
} from "vue";

import type { AccessState, AccessStatus, PageAccess } from "./access.js";
import { type Decision, type Filter, PortcullisError, type Registered, type Resource, type Session, type View, type VisibleModule, type Vocabulary } from "./index.js";
import { type Asked, isAskable, type Shown, shown } from "./shown";
import { type ModuleNode, moduleTree } from "./tree";

export type { ModuleNode, Shown };

interface Current {
  readonly state: ShallowRef<AccessState<Vocabulary>>;
  readonly refresh: () => Promise<void>;
}

const KEY: InjectionKey<Current> = Symbol("portcullis");

/** What an app is given. */
export interface PortcullisOptions {
  /** A page's access; with a snapshot the first render is the server's. */
  readonly access: PageAccess<Vocabulary>;
  /** The app's router: what waits for a navigation is applied after each. */
  readonly router?: { afterEach(navigated: () => void): unknown };
}

/** The plugin: `app.use(portcullis, { access })`. */
export const portcullis = {
  install(app: App, { access, router }: PortcullisOptions): void {
    const state = shallowRef(access.initial ?? access.state);
    app.provide(KEY, { state, refresh: access.refresh });
    // A server renders once, by what is there.
    if (typeof document === "undefined") return;
    const read = () => {
      state.value = access.state;
    };
    // However late a page is hydrated, it is at first what the server rendered.
    const { mount } = app;
    let end: (() => void) | undefined;
    app.mount = (...where) => {
      const root = mount(...where);
      end ??= access.subscribe(read);
      read();
      return root;
    };
    app.onUnmount?.(() => end?.());
    router?.afterEach(() => access.navigate());
    void access.refresh();
  },
};

/** Returns where the page stands; `pending` is not denied, it is not yet known. */
export function useAccess(): {
  readonly status: ComputedRef<AccessStatus>;
  readonly error: ComputedRef<PortcullisError | undefined>;
  readonly refresh: () => Promise<void>;
} {
  const { state, refresh } = current();
  return { status: computed(() => state.value.status), error: computed(() => state.value.error), refresh };
}

/** Returns what may be asked; undefined while there is nothing, or no longer. */
export function useView<V extends Vocabulary = Registered>(): ComputedRef<View<V> | undefined> {
  const { state } = current();
  return computed(() => state.value.view as View<V> | undefined);
}

/** Says whether something may be shown; undefined while that is pending. A resource that is given and undefined is denied. */
export function useCan<V extends Vocabulary = Registered>(
  permission: MaybeRefOrGetter<V["permission"]>,
  ...resource: [resource?: MaybeRefOrGetter<Resource<V> | undefined>]
): ComputedRef<boolean | undefined> {
  const { state } = current();
  return computed(() => {
    const { view, status } = state.value;
    const about = resource.map(toValue) as [Resource<Vocabulary>];
    if (view) return isAskable(about) && view.can(toValue(permission), ...about);
    return status === "pending" ? undefined : false;
  });
}

/** Returns what may be listed; undefined while there is nothing to ask. */
export function useFilter<V extends Vocabulary = Registered>(permission: MaybeRefOrGetter<V["permission"]>): ComputedRef<Filter | undefined> {
  const { state } = current();
  return computed(() => attempted(() => state.value.view?.filter(toValue(permission))));
}

/** Returns the decision with its reason; undefined where there is no engine to ask, as with a snapshot. */
export function useDecision<V extends Vocabulary = Registered>(
  permission: MaybeRefOrGetter<V["permission"]>,
  ...resource: [resource?: MaybeRefOrGetter<Resource<V> | undefined>]
): ComputedRef<Decision<V> | undefined> {
  const { state } = current();
  return computed(() => {
    const { view } = state.value;
    const about = resource.map(toValue) as [Resource<V>];
    if (!view || !("check" in view) || !isAskable(about)) return undefined;
    return attempted(() => (view as unknown as Session<V>).check(toValue(permission), ...about));
  });
}

/** Returns the visible modules in catalog order; undefined while that is pending. */
export function useModules<V extends Vocabulary = Registered>(): ComputedRef<readonly VisibleModule<V>[] | undefined> {
  const { state } = current();
  return computed(() => {
    const { view, status } = state.value;
    if (view) return view.modules() as readonly VisibleModule<V>[];
    return status === "pending" ? undefined : [];
  });
}

/** Returns the visible modules, each with those below it; undefined while that is pending. */
export function useModuleTree<V extends Vocabulary = Registered>(): ComputedRef<readonly ModuleNode<V>[] | undefined> {
  const modules = useModules<V>();
  return computed(() => modules.value && moduleTree(modules.value));
}

/** Shows its default slot to whom it is for; the slots `pending`, `denied` and `locked` are for whom it is not. */
export const Can = defineComponent({
  name: "Can",
  props: {
    /** The permission. */
    I: { type: String as unknown as PropType<Registered["permission"]> },
    /** Several, of which each is needed. */
    all: { type: Array as unknown as PropType<readonly Registered["permission"][]> },
    /** Several, of which one is enough. */
    any: { type: Array as unknown as PropType<readonly Registered["permission"][]> },
    /** The resource, if it is about one. */
    on: { type: Object as unknown as PropType<Resource> },
    /** Shows the default slot where it is not allowed, and nothing where it is. */
    not: { type: Boolean, default: false },
  },
  slots: Object as SlotsType<{
    default: { allowed: boolean; state: Shown };
    pending: { state: Shown };
    denied: { state: Shown };
    locked: { state: Shown };
  }>,
  setup(props, { slots }) {
    const { state: now } = current();
    const instance = getCurrentInstance();
    return () => {
      const { I, all, any, on } = props;
      // A declared property is there though nobody gave it, so whether it was given is asked elsewhere.
      const asked = { I, all, any, ...("on" in (instance?.vnode.props ?? {}) && { on }) };
      const state = shown(now.value.view, now.value.status === "pending", asked as Asked<Vocabulary>);
      const allowed = state === "allowed";
      if (state === "pending") return slots.pending?.({ state });
      if (allowed !== props.not) return slots.default?.({ allowed, state });
      if (state === "locked" && slots.locked) return slots.locked({ state });
      return slots.denied?.({ state });
    };
  },
});

function current(): Current {
  const found = inject(KEY, undefined);
  if (!found) throw new PortcullisError("no-provider", "the app does not use the plugin: `app.use(portcullis, { access })`");
  return found;
}

function attempted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
