import type { Desk } from "./desk";
import type { Answer, Failure, Method } from "./messages";

/** The compiler in a worker: what a `Desk` does, each answer to be waited for. */
export type Author = { readonly [M in Method]: (...args: Parameters<Desk[M]>) => Promise<Awaited<ReturnType<Desk[M]>>> };

/** What failed in the worker. */
export class AuthorError extends Error {
  override readonly name = "AuthorError";
  readonly code: string;
  readonly problems: NonNullable<Failure["problems"]>;
  readonly more: number;

  constructor({ code, message, problems = [], more = 0 }: Failure) {
    super(message);
    this.code = code;
    this.problems = problems;
    this.more = more;
  }
}

/** Asks a worker that runs `@portcullis/console/worker`. */
export function authorIn(worker: Worker): Author {
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
    const waiting = pending.get(data.id);
    pending.delete(data.id);
    if ("failure" in data) waiting?.reject(new AuthorError(data.failure));
    else waiting?.resolve(data.value);
  });
  worker.addEventListener("error", (event) => {
    for (const { reject } of pending.values()) reject(new AuthorError({ code: "failed", message: event.message || "the worker did not start" }));
    pending.clear();
  });
  const ask = (method: Method) => (...args: readonly unknown[]) =>
    new Promise((resolve, reject) => {
      const id = next++;
      pending.set(id, { resolve, reject });
      worker.postMessage({ id, method, args });
    });
  return Object.fromEntries(METHODS.map((method) => [method, ask(method)])) as unknown as Author;
}

const METHODS = ["open", "apply", "tries", "impacts", "held", "review", "matrix", "matrixAs", "menu", "explain", "who", "administered"] as const satisfies readonly Method[];
