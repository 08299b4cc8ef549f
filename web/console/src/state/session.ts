import type { Change, Outline, Refusal } from "@portcullis/author";
import { createContext, useContext } from "react";

import type { Author } from "../author/author";
import type { Draft, DraftEvent } from "../draft/draft";
import type { StoreActor } from "../store/store";
import type { Names } from "./names";
import type { Route, RouteStep } from "./route";

/** What a view works with: one policy, opened as somebody. */
export interface Session {
  readonly policy: string;
  readonly actor: StoreActor;
  readonly author: Author;
  readonly draft: Draft;
  readonly dispatch: (event: DraftEvent) => void;
  /** The policy with the changes that were applied last. */
  readonly outline: Outline;
  readonly names: Names;
  /** The changes that the outline has; those that are newer follow at once. */
  readonly applied: readonly Change[];
  /** Why each of them is refused, or null. */
  readonly refusals: readonly (Refusal | null)[];
  /** Changes with each policy that the desk has; what it was asked for is asked again. */
  readonly version: number;
  readonly saving: Saving;
  save(): Promise<void>;
  /** Whether the store answered last. */
  readonly reachable: boolean;
  /** The address of an archive of policy and log, where the store has one. */
  readonly archive: string | undefined;
  readonly route: Route;
  go(step: RouteStep): void;
  /** Writes where a route leads, for a link. */
  href(step: RouteStep): string;
}

/** How saving stands. */
export type Saving =
  | { readonly state: "idle" }
  | { readonly state: "saving" }
  | { readonly state: "saved"; readonly count: number }
  | { readonly state: "failed"; readonly message: string; readonly unreachable: boolean }
  | { readonly state: "refused"; readonly index: number; readonly refusal: Refusal };

export const SessionContext = createContext<Session | null>(null);

/** Returns the session of the console that a component is in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("this component needs a console around it");
  return session;
}

/** Returns now, in Unix seconds. */
export const nowSeconds = () => Math.floor(Date.now() / 1000);
