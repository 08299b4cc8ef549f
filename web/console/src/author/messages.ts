import type { Problem } from "@portcullis/author";

import type { Desk } from "./desk";

/** What can be asked of a desk, by name. */
export type Method = keyof Desk;

/** A question to the worker. */
export interface Question {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

/** Its answer. */
export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly failure: Failure };

/** What failed, as it can be sent. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly problems?: readonly Problem[];
  readonly more?: number;
}
