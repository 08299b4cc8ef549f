/** Whoever wants to know of changes. */
export class Listeners {
  readonly #all = new Set<() => void>();

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  add(listener: () => void): void {
    this.#all.add(listener);
  }

  remove(listener: () => void): void {
    this.#all.delete(listener);
  }

  /** Calls each; one that throws is reported, and keeps nothing from the others. */
  call(): void {
    for (const listener of [...this.#all]) {
      try {
        listener();
      } catch (error) {
        report(error);
      }
    }
  }
}

function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
