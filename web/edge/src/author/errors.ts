import { PortcullisError, type PortcullisErrorCode } from "../errors";
import type { Grant } from "./administration";
import type { RefusedReason } from "./change";

/** One thing that is wrong with a policy, or worth knowing, at one place of it. */
export interface Problem {
  /** Where: `$.catalog.roles.agent.grants.own[0]`. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly cure: string;
}

/** A policy that does not compile, with every problem found in it. */
export class InvalidPolicyError extends PortcullisError {
  readonly problems: readonly Problem[];
  /** How many more there are than are listed. */
  readonly more: number;

  /** @internal */
  constructor({ problems, more }: { readonly problems: readonly Problem[]; readonly more: number }) {
    const [first] = problems;
    const others = problems.length - 1 + more;
    const words = first ? `${first.path}: ${first.message}; ${first.cure}` : "";
    super("invalid-policy", others > 0 ? `${words} (and ${others} more)` : words);
    this.problems = problems;
    this.more = more;
  }
}

/** Why a change is refused, and what to do about it. */
export interface Refusal {
  readonly reason: RefusedReason;
  readonly message: string;
  readonly cure: string;
  /** The grants that the actor would have to hold and does not. */
  readonly lacking: readonly Grant[];
  /** The features that would have to be on, where that is why. */
  readonly features_off: readonly string[];
}

/** A change that is refused; the policy is as it was. */
export class RefusedError extends PortcullisError {
  readonly refusal: Refusal;

  /** @internal */
  constructor(refusal: Refusal) {
    super("refused", `${refusal.message}; ${refusal.cure}`);
    this.refusal = refusal;
  }
}

/** Returns what the guest answered, or throws what it says failed. */
export function answered(answer: string): string {
  if (!answer.startsWith("!")) return answer;
  const end = answer.indexOf(" ");
  const code = answer.slice(1, end);
  const words = answer.slice(end + 1);
  switch (code) {
    case "invalid-policy":
      throw new InvalidPolicyError(JSON.parse(words));
    case "refused":
      throw new RefusedError(JSON.parse(words));
    default:
      throw new PortcullisError(code as PortcullisErrorCode, words);
  }
}
