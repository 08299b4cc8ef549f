import type { Administered, Change } from "@portcullis/author";

import type { Changed, ChangeRequest, LoggedRecord, Opened, Snapshot, Store, StoreActor } from "./store";
import { StoreError } from "./store";

/** Makes a change to a policy's text, or throws a `RefusedError`. */
export type Administer = (text: string, change: Change, actor: StoreActor) => Promise<Pick<Administered, "text" | "record"> & { readonly digest: string }>;

/** What goes wrong with the next requests. */
export interface Faults {
  /** How long each request takes. */
  delayMs: number;
  /** How many times saving fails, from the next time on. */
  failures: number;
  /** Whether what fails is made all the same, and only its answer is lost. */
  losesAnswers: boolean;
}

/** A store of tests and samples: in memory, with what can go wrong when it is wanted. */
export class MemoryStore implements Store {
  readonly faults: Faults = { delayMs: 0, failures: 0, losesAnswers: false };
  readonly #administer: Administer;
  readonly #policies = new Map<string, Snapshot>();
  #actor: StoreActor | null;

  constructor(administer: Administer, policies: Readonly<Record<string, Snapshot>>, actor: StoreActor | null = null) {
    this.#administer = administer;
    this.#actor = actor;
    for (const [id, snapshot] of Object.entries(policies)) this.#policies.set(id, snapshot);
  }

  async open(): Promise<Opened> {
    await this.#reach();
    return { actor: this.#actor, policies: [...this.#policies.keys()].map((id) => ({ id })) };
  }

  async choose(actor: StoreActor): Promise<void> {
    await this.#reach();
    this.#actor = actor;
  }

  async read(id: string, known?: string): Promise<Snapshot | "unchanged"> {
    await this.#reach();
    const snapshot = this.#policy(id);
    return snapshot.digest === known ? "unchanged" : snapshot;
  }

  async change(id: string, request: ChangeRequest): Promise<Changed> {
    await this.#reach();
    const fails = this.faults.failures > 0;
    if (fails) this.faults.failures -= 1;
    if (fails && !this.faults.losesAnswers) throw new StoreError("unreachable", "the store does not answer");
    const answer = await this.#make(id, request, this.#actor ?? { subject: "nobody" });
    if (fails) throw new StoreError("unreachable", "the store does not answer");
    return answer;
  }

  /** Makes changes as somebody else would, beside the page. */
  async meanwhile(id: string, actor: StoreActor, changes: readonly Change[]): Promise<void> {
    const made = await this.#make(id, { expect: this.#policy(id).digest, changes }, actor);
    if (made.outcome !== "made") throw new Error(`it is ${made.outcome}`);
  }

  /** Returns the text of a policy as it is kept. */
  text(id: string): string {
    return this.#policy(id).policy;
  }

  async #make(id: string, { expect, changes }: ChangeRequest, actor: StoreActor): Promise<Changed> {
    let snapshot = this.#policy(id);
    if (snapshot.digest !== expect) return { outcome: "conflict", snapshot };
    for (const [index, change] of changes.entries()) {
      try {
        const made = await this.#administer(snapshot.policy, change, actor);
        const record: LoggedRecord = { ...made.record, sequence: snapshot.records.length + 1 };
        snapshot = { policy: made.text, digest: made.digest, records: [...snapshot.records, record] };
      } catch (error) {
        if (error instanceof Error && "refusal" in error) return { outcome: "refused", index, refusal: error.refusal as never };
        throw error;
      }
    }
    this.#policies.set(id, snapshot);
    return { outcome: "made", snapshot };
  }

  #policy(id: string): Snapshot {
    const snapshot = this.#policies.get(id);
    if (!snapshot) throw new StoreError("failed", `there is no policy \`${id}\``);
    return snapshot;
  }

  #reach(): Promise<void> {
    return new Promise((done) => setTimeout(done, this.faults.delayMs));
  }
}
