import type { Id, Subject, Vocabulary } from "./index.js";
import type { SubjectSource } from "./options";

/** Whom a page is for: as it was given, or as the server named them when it was last asked. */
export class Person<V extends Vocabulary> {
  #source: SubjectSource<V>;
  #known: Subject<V> | undefined;
  #who: string | undefined;
  #isNobody = false;
  #generation = 0;

  constructor(source: SubjectSource<V>) {
    this.#source = source;
    this.become(source);
  }

  /** Who they are, once that is known. */
  get who(): string | undefined {
    return this.#who;
  }

  get subject(): Subject<V> | undefined {
    return this.#known;
  }

  /** Whether the server has to be asked who they are. */
  get isAsked(): boolean {
    return typeof this.#source === "function";
  }

  /** Whether nobody is signed in, until somebody else is named. */
  get isNobody(): boolean {
    return this.#isNobody;
  }

  /** Grows whenever the page is for somebody else, or may be: an answer that was asked for in a former one is dropped. */
  get generation(): number {
    return this.#generation;
  }

  /** Returns who it is; nothing where nobody is signed in. */
  async ask(): Promise<Subject<V> | undefined> {
    const source = this.#source;
    return (typeof source === "function" ? await source() : source) ?? undefined;
  }

  /** Takes note of whom the server named. */
  is(subject: Subject<V>): void {
    this.#known = subject;
    this.#who = whoOf(subject);
  }

  /** Forgets whom the server named; who was given stays. */
  forget(): void {
    this.#generation++;
    if (this.isAsked) this.#known = this.#who = undefined;
  }

  /** Is somebody else, or the same once more. */
  become(source: SubjectSource<V>): void {
    this.#generation++;
    this.#source = source;
    this.#known = this.#who = undefined;
    this.#isNobody = !source;
    if (source && typeof source !== "function") this.is(source);
  }

  leave(): void {
    this.#generation++;
    this.#known = this.#who = undefined;
    this.#isNobody = true;
  }
}

/** Returns who a subject is; nothing where the server has to be asked, or nobody is named. */
export function whoOf(subject: { readonly type?: string | undefined; readonly id: Id } | (() => unknown) | null | undefined): string | undefined {
  return !subject || typeof subject === "function" ? undefined : JSON.stringify([subject.type ?? "user", String(subject.id)]);
}
