import { type Floor, type LoadOptions, Portcullis, type Vocabulary } from "./index.js";

/** The newest bundle of each tenant that was accepted. They are of the tenants, so they stay whoever signs in. */
export class Floors<V extends Vocabulary> {
  readonly #accepted = new Map<string, Floor>();

  /**
   * Verifies a bundle, and offers it; one that is taken is the newest of its tenant from then on.
   *
   * @throws PortcullisError as `Portcullis.load`, and `bundle-rejected` where a newer one was taken before.
   */
  async load(bytes: Uint8Array, options: LoadOptions, take: (policy: Portcullis<V>) => boolean): Promise<void> {
    let floor: Floor | undefined;
    for (;;) {
      const policy = await Portcullis.load<V>(bytes, floor ? { ...options, trust: { ...options.trust, floor } } : options);
      const { tenant } = policy.header;
      const newest = this.#accepted.get(tenant);
      // Whose it is shows once it is verified, and while that took another may have been taken.
      if (newest === floor) {
        if (take(policy)) this.#accepted.set(tenant, policy.floor());
        return;
      }
      policy.free();
      floor = newest;
    }
  }
}
