import type { Session as Guest, Policy as GuestPolicy } from "../generated/edge.js";
import { answered, attempted, PortcullisError } from "./errors";
import type { Clock } from "./clock";
import { Filter, type Predicate, predicate, type Residual } from "./filter";
import { bare, isObject } from "./members";
import { type Declared, Packer } from "./pack";
import { NO_MODULES, type Snapshot, type View, type VisibleModule, type When } from "./view";
import type { Facts, Registered, Resource, Vocabulary } from "./vocabulary";

/** The answer to a question, member by member as the engine writes it. */
export type Decision<V extends Vocabulary = Registered> =
  | {
      readonly effect: "allow";
      readonly reason: "granted";
      readonly role: string;
      readonly scope: V["scope"];
      readonly team?: string;
    }
  | { readonly effect: "conditional"; readonly reason: "conditional"; readonly residual: Residual }
  | { readonly effect: "deny"; readonly reason: "feature-disabled"; readonly features: readonly V["feature"][] }
  | { readonly effect: "deny"; readonly reason: "unknown-permission" | "not-granted" | "out-of-scope" };

/** One question of many. */
export interface Question<V extends Vocabulary = Registered> extends Facts<V> {
  readonly permission: V["permission"];
  readonly resource?: Resource<V>;
}

/** What a session needs of its policy. */
export interface Names extends Declared {
  readonly permissions: readonly string[];
  /** Returns the present name of a permission by a former one. */
  present(former: string): string | undefined;
}

/** A subject under a policy, resolved once and asked many times. */
export class Session<V extends Vocabulary = Registered> implements View<V> {
  readonly validUntil: number;
  readonly #policy: () => GuestPolicy;
  readonly #guest: Guest;
  readonly #names: Names;
  readonly #clock: Clock;
  readonly #subject: Uint8Array;
  /** Of every permission: the test of a resource, or false where it is denied whatever the resource. */
  readonly #tests = new Map<string, Predicate | false>();
  #modules: readonly VisibleModule<V>[] | undefined;
  #freed = false;

  /** @internal */
  constructor(policy: () => GuestPolicy, guest: Guest, names: Names, clock: Clock, subject: Uint8Array) {
    this.#policy = policy;
    this.#guest = guest;
    this.#names = names;
    this.#clock = clock;
    this.#subject = subject;
    this.validUntil = guest.valid_until();
    const bits = guest.open(clock());
    names.permissions.forEach((name, at) => {
      const open = ((bits[at >> 3] ?? 0) >> (at & 7)) & 1;
      this.#tests.set(name, open ? this.#unprepared(name) : false);
    });
  }

  can(permission: V["permission"], resource?: Resource<V>): boolean {
    if (!(this.#clock() < this.validUntil)) return false;
    const test = this.#tests.get(permission);
    const isAbout = arguments.length > 1;
    if (!test) {
      // A name that the catalog has no longer may be a former name.
      const present = test ?? this.#names.present(permission);
      return present ? (isAbout ? this.can(present, resource) : this.can(present)) : false;
    }
    if (!isAbout) return true;
    try {
      return isObject(resource) && (test(resource) ?? this.#ask(permission, resource));
    } catch {
      // Its members cannot be read.
      return false;
    }
  }

  /**
   * Decides, and says why.
   *
   * @throws PortcullisError `bundle-expired`, `limit-exceeded` or `malformed`: there is no answer.
   */
  check(permission: V["permission"], resource?: Resource<V>, facts?: Facts<V>): Decision<V> {
    return JSON.parse(this.answer(permission, resource, facts));
  }

  /** As `check`, and returns the canonical bytes of the answer: what a log keeps. */
  answer(permission: V["permission"], resource?: Resource<V>, facts?: Facts<V>): string {
    this.#held();
    return attempted("malformed", () => {
      const question = new Packer().question(permission, resource, facts, this.#names);
      return answered(this.#guest.decide(question.finish(), this.#clock()));
    });
  }

  /** Decides many questions at once, 4,096 at most; the answers keep their order. */
  checkMany(questions: readonly Question<V>[]): Decision<V>[] {
    this.#held();
    const lines = attempted("malformed", () => {
      if (questions.length === 0) return [];
      const packer = new Packer();
      for (const { permission, resource, ...facts } of questions.map(bare)) packer.question(permission, resource, facts, this.#names);
      return this.#guest.decide(packer.finish(), this.#clock()).split("\n");
    });
    return lines.map((line) => JSON.parse(answered(line)));
  }

  /** Returns what may be listed: the decision with nothing known of the resource. */
  filter(permission: V["permission"], facts?: Facts<V>): Filter {
    const decision = this.check(permission, undefined, facts);
    const test = (resource: object) => {
      try {
        return this.check(permission, resource as Resource<V>, facts).effect === "allow";
      } catch {
        return false;
      }
    };
    switch (decision.effect) {
      case "allow":
        return new Filter("all", undefined, test);
      case "deny":
        return new Filter("none", undefined, () => false);
      case "conditional": {
        const fast = predicate(decision.residual);
        const holds = () => !this.#freed && this.#clock() < this.validUntil;
        return new Filter("some", decision.residual, (resource) => holds() && (fast(resource) ?? test(resource)));
      }
    }
  }

  modules(): readonly VisibleModule<V>[] {
    if (this.#freed || !(this.#clock() < this.validUntil)) return NO_MODULES;
    this.#modules ??= frozen(JSON.parse(answered(this.#guest.modules(this.#clock()))).modules);
    return this.#modules as readonly VisibleModule<V>[];
  }

  locked(permission: V["permission"]): boolean {
    try {
      const { answer, grants } = this.explain(permission);
      // A feature that is off is the first reason of all: whether the role would open it is in its grants.
      return answer.effect === "deny" && answer.reason === "feature-disabled" && grants.some(({ holds }) => holds !== "false");
    } catch {
      return false;
    }
  }

  /**
   * Returns why the answer is what it is, and what would allow it.
   *
   * @throws as `check`.
   */
  explain(permission: V["permission"], resource?: Resource<V>, facts?: Facts<V>): Explanation {
    this.#held();
    return attempted("malformed", () => {
      const request = new Packer(this.#subject).question(permission, resource, facts, this.#names);
      return JSON.parse(answered(this.#policy().explain(request.finish(), this.#clock())));
    });
  }

  /** Gives its memory back at once; from then on it denies, and what can throw does. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#tests.clear();
    this.#guest.free();
  }

  /** Returns what a page shows by, to be sent with the page. */
  snapshot(): Snapshot<V> {
    this.#held();
    const open = [...this.#tests].filter(([, test]) => test);
    const permissions = Object.fromEntries(open.map(([name]) => [name, this.#when(name)]));
    return {
      version: 1,
      valid_until: this.validUntil,
      modules: this.modules(),
      permissions: permissions as Snapshot<V>["permissions"],
    };
  }

  #held(): void {
    if (this.#freed) throw new PortcullisError("freed", "");
  }

  #ask(permission: string, resource: Resource<V>): boolean {
    try {
      return this.check(permission, resource).effect === "allow";
    } catch {
      return false;
    }
  }

  // A filter is made when it is first asked for: a page asks for few of them.
  #unprepared(permission: string): Predicate {
    return (resource) => {
      const when = this.#when(permission);
      const test = when === null ? UNKNOWN : predicate(when);
      this.#tests.set(permission, test);
      return test(resource);
    };
  }

  /** Returns when an open permission is allowed; null where the engine cannot tell it shortly. */
  #when(permission: string): When {
    try {
      const decision = this.check(permission);
      if (decision.effect === "conditional") return decision.residual;
      return decision.effect === "allow" ? true : null;
    } catch {
      return null;
    }
  }
}

const UNKNOWN: Predicate = () => undefined;

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}

/** Why an answer is what it is, and the smallest changes that would allow it. */
export interface Explanation {
  readonly permission: string;
  readonly answer: Decision<Vocabulary>;
  /** The roles held, and where each comes from. */
  readonly roles: readonly {
    readonly role: string;
    readonly team?: string;
    readonly from: "request" | "directory" | "group" | "everyone";
    readonly group?: string;
    /** First second at which it no longer counts, where the directory gives it for a time. */
    readonly until?: number;
  }[];
  /** What was given and grants nothing. */
  readonly ignored: readonly {
    readonly kind: "role" | "group" | "team" | "subject";
    readonly id: string;
    readonly why: string;
    /** When a role has ended. */
    readonly at?: number;
  }[];
  /** The grants held, and what each is worth here. */
  readonly grants: readonly {
    readonly role: string;
    readonly team?: string;
    readonly scope: string;
    readonly holds: "true" | "false" | "unknown";
    /** What was not given, though a negative atom of the scope needs it: `context.token`. */
    readonly not_given?: readonly string[];
  }[];
  readonly would_allow: {
    readonly features: readonly string[];
    readonly roles: readonly unknown[];
    readonly grants: readonly unknown[];
  };
}
