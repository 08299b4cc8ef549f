import { InvalidPolicyError, PortcullisError } from "@portcullis/author";

import { Desk } from "./desk";
import type { Answer, Failure, Question } from "./messages";

/** Where questions come from and answers go. */
export interface Port {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

/** Answers questions one after another, in the order in which they come. */
export function serveAuthor(port: Port): void {
  const desk = new Desk();
  let last: Promise<unknown> = Promise.resolve();
  port.addEventListener("message", ({ data }) => {
    const { id, method, args } = data as Question;
    last = last.then(async () => {
      port.postMessage(await answered(id, () => (desk[method] as (...args: readonly unknown[]) => unknown).apply(desk, [...args])));
    });
  });

  async function answered(id: number, ask: () => unknown): Promise<Answer> {
    try {
      return { id, value: await ask() };
    } catch (error) {
      return { id, failure: failureOf(error) };
    }
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof InvalidPolicyError) return { code: error.code, message: error.message, problems: error.problems, more: error.more };
  if (error instanceof PortcullisError) return { code: error.code, message: error.message };
  return { code: "failed", message: error instanceof Error ? error.message : String(error) };
}
