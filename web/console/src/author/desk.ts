import {
  type Actor,
  type AuthzenRequest,
  type AuthzenSubject,
  type Change,
  compile,
  type Finding,
  type Impact,
  type Matrix,
  type MatrixFormat,
  type Outline,
  type PolicyDiff,
  type PolicySource,
  PortcullisError,
  RefusedError,
  type Refusal,
  start,
  type Who,
} from "@portcullis/author";

import type { Explanation, VisibleModule } from "./answers";

/** A policy with the changes of a draft, and what became of each. */
export interface Applied {
  readonly outline: Outline;
  readonly digest: string;
  /** For each change why it is refused, or null; those after it are tried without it. */
  readonly refusals: readonly (Refusal | null)[];
}

/** What a role grants: with the draft's changes, and as it is saved. */
export interface Held {
  /** Scopes by permission; one that is not there is not granted. */
  readonly draft: Readonly<Record<string, readonly string[]>>;
  /** Nothing of a role that is not saved yet. */
  readonly saved: Readonly<Record<string, readonly string[]>> | null;
}

/** What saving would do. */
export interface Review {
  readonly diff: PolicyDiff;
  /** What lint finds that it did not find before. */
  readonly findings: readonly Finding[];
}

/**
 * The compiler's desk: one policy, one actor, the changes of a draft. It is in a worker, so that nothing that it does
 * holds up typing.
 */
export class Desk {
  #saved: PolicySource | undefined;
  #actor: Actor = "";
  #steps: Step[] = [];

  /** Lays out a policy; the draft is empty. */
  async open(text: string, actor: Actor, now: number): Promise<Applied> {
    await start();
    const saved = compile(text);
    this.#clear();
    this.#saved = saved;
    this.#actor = actor;
    return this.apply([], now);
  }

  /** Makes the changes of a draft; those that it begins with as before are not made again. */
  apply(changes: readonly Change[], now: number): Applied {
    const keys = changes.map((change) => JSON.stringify(change));
    const changed = keys.findIndex((key, index) => this.#steps[index]?.key !== key);
    this.#forget(changed < 0 ? keys.length : changed);
    for (const change of changes.slice(this.#steps.length)) this.#steps.push(this.#step(change, now));
    const current = this.#current();
    return { outline: current.outline({ now }), digest: current.digest, refusals: this.#steps.map(({ refusal }) => refusal) };
  }

  /** Returns for each change why it would be refused after the draft's, or null; none is made. */
  tries(changes: readonly Change[], now: number): (Refusal | null)[] {
    return changes.map((change) => {
      const { source, refusal } = this.#step(change, now);
      if (source !== this.#current()) source.free();
      return refusal;
    });
  }

  /** Returns whom of the directory changes would touch after the draft's; a refused one touches nobody. */
  impacts(changes: readonly Change[], now: number): readonly Impact[] {
    const before = this.#current();
    let current = before;
    const impacts: Impact[] = [];
    for (const change of changes) {
      try {
        const made = current.administer({ actor: this.#actor, change, now });
        if (current !== before) current.free();
        current = made.policy;
        impacts.push(...made.impacts);
      } catch (error) {
        refusalOf(error);
      }
    }
    if (current !== before) current.free();
    return impacts;
  }

  held(role: string): Held {
    const saved = this.#savedPolicy();
    return { draft: granted(this.#current(), role) ?? {}, saved: granted(saved, role) };
  }

  review(): Review {
    const saved = this.#savedPolicy();
    const current = this.#current();
    const known = new Set(saved.lint().map(keyOf));
    return { diff: saved.diff(current), findings: current.lint().filter((finding) => !known.has(keyOf(finding))) };
  }

  matrix(roles: readonly string[]): Matrix {
    return this.#current().matrix(roles);
  }

  matrixAs(format: MatrixFormat, roles: readonly string[]): string {
    return this.#current().matrixAs(format, roles);
  }

  /** Returns the menu of a subject. */
  menu(subject: AuthzenSubject, now: number): readonly VisibleModule[] {
    const preview = this.#current().preview({ now });
    try {
      return preview.modules(subject);
    } finally {
      preview.free();
    }
  }

  explain(request: AuthzenRequest, now: number): Explanation {
    const preview = this.#current().preview({ now });
    try {
      return preview.explain(request) as unknown as Explanation;
    } finally {
      preview.free();
    }
  }

  who(permission: string, resource: Readonly<Record<string, readonly string[]>>, now: number): Who {
    return this.#current().who(permission, { resource, now });
  }

  /** Makes one change of another policy: what a store of the page itself does. */
  async administered(text: string, change: Change, actor: Actor, now: number) {
    await start();
    const policy = compile(text);
    try {
      const made = policy.administer({ actor, change, now });
      const { digest } = made.policy;
      made.policy.free();
      return { text: made.text, digest, record: made.record };
    } finally {
      policy.free();
    }
  }

  #step(change: Change, now: number): Step {
    const key = JSON.stringify(change);
    const before = this.#current();
    try {
      const { policy } = before.administer({ actor: this.#actor, change, now });
      return { key, source: policy, refusal: null };
    } catch (error) {
      return { key, source: before, refusal: refusalOf(error) };
    }
  }

  #current(): PolicySource {
    return this.#steps.at(-1)?.source ?? this.#savedPolicy();
  }

  #savedPolicy(): PolicySource {
    if (!this.#saved) throw new PortcullisError("malformed", "no policy is open");
    return this.#saved;
  }

  #forget(from: number): void {
    const kept = new Set([this.#saved, ...this.#steps.slice(0, from).map(({ source }) => source)]);
    const gone = new Set(this.#steps.slice(from).map(({ source }) => source));
    for (const source of gone) if (!kept.has(source)) source.free();
    this.#steps.length = Math.min(this.#steps.length, from);
  }

  #clear(): void {
    this.#forget(0);
    this.#saved?.free();
    this.#saved = undefined;
  }
}

interface Step {
  readonly key: string;
  /** The policy after it: the one before, where it is refused. */
  readonly source: PolicySource;
  readonly refusal: Refusal | null;
}

function granted(policy: PolicySource, role: string): Record<string, readonly string[]> | null {
  let matrix: Matrix;
  try {
    matrix = policy.matrix([role]);
  } catch (error) {
    if (error instanceof PortcullisError && error.code === "malformed") return null;
    throw error;
  }
  const cells = matrix.rows.map(({ module, action, cells: [scopes = []] }) => [`${module}:${action}`, scopes] as const);
  return Object.fromEntries(cells.filter(([, scopes]) => scopes.length > 0));
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  if (!(error instanceof PortcullisError) || error.code === "trap") throw error;
  return { reason: "malformed", message: error.message, cure: "", lacking: [], features_off: [] };
}

const keyOf = ({ code, path, message }: Finding) => `${code} ${path} ${message}`;
