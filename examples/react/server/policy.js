// The policy on the server: built and signed when it changes, whole for the server, cut for a browser.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Portcullis } from "@portcullis/edge";

export class PolicyFolder {
  #folder;
  #program;
  /** It grows with every build, so that an older bundle is refused. */
  #sequence = Math.floor(Date.now() / 1000) - 1_000_000;
  /** When the policy was changed that `#bundle` was built from. */
  #built = 0;
  /** The whole bundle, and by person the slice of it. */
  #bundle;

  constructor({ folder, program, policy }) {
    this.#folder = folder;
    this.#program = program;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    copyFileSync(policy, new URL("policy.json", folder));
    this.#portcullis("keygen", "-o", this.#file("keys"));
    // A server that cuts slices needs no key that could sign a policy.
    this.#portcullis("keygen", "-o", this.#file("slicer"), "--use", "slices-only");
  }

  /** What a browser trusts. */
  get trust() {
    return this.#json("slicer/trust.json");
  }

  /** Returns the session by which the server decides: it knows the whole policy. */
  async session(subject) {
    return (await this.#current()).whole.session(subject);
  }

  /** Returns the session that a browser has: it knows its own subject only. */
  async slicedSession(subject) {
    return (await this.#slice(subject)).loaded.session(subject);
  }

  /** Returns what a browser fetches. */
  async slice(subject) {
    const { bytes, etag } = await this.#slice(subject);
    return { bytes, etag };
  }

  features() {
    const { catalog, tenant } = this.#json("policy.json");
    // A feature that ends is an object with its name and its end.
    const until = new Map([tenant.features ?? []].flat().map((own) => (own.feature ? [own.feature, Date.parse(own.until)] : [own, Infinity])));
    return [catalog.features].flat().map((name) => ({ name, on: Date.now() < (until.get(name) ?? 0) }));
  }

  setFeature(name, on) {
    this.#portcullis("feature", on ? "enable" : "disable", this.#file("policy.json"), name, "--vendor", "the-demo");
  }

  tenant() {
    return this.#json("policy.json").tenant.id;
  }

  /** Returns how the policy calls the roles of a person. */
  roleLabel({ roles }) {
    const { catalog, tenant } = this.#json("policy.json");
    const known = { ...catalog.roles, ...tenant.roles };
    return roles.map((role) => known[role]?.label ?? role).join(", ") || "No role";
  }

  // Built again whenever the policy has changed.
  #current() {
    const changed = statSync(new URL("policy.json", this.#folder)).mtimeMs;
    if (changed !== this.#built) {
      this.#built = changed;
      this.#bundle = this.#build();
    }
    return this.#bundle;
  }

  async #build() {
    const bundle = ["-k", this.#file("keys/signing.key"), "-o", this.#file("whole.pclb")];
    this.#portcullis("build", this.#file("policy.json"), ...bundle, "--sequence", String(++this.#sequence));
    const bytes = readFileSync(new URL("whole.pclb", this.#folder));
    const whole = await Portcullis.load(bytes, { trust: this.#json("keys/trust.json"), wholeBundle: true });
    return { whole, slices: new Map() };
  }

  async #slice({ id, ...properties }) {
    const { slices } = await this.#current();
    if (!slices.has(id)) {
      const subject = JSON.stringify({ type: "user", id, properties });
      const keys = ["--trust", this.#file("keys/trust.json"), "-k", this.#file("slicer/signing.key")];
      this.#portcullis("slice", this.#file("whole.pclb"), ...keys, "--subject", subject, "-o", this.#file("slice.pclb"));
      const bytes = readFileSync(new URL("slice.pclb", this.#folder));
      const loaded = await Portcullis.load(bytes, { trust: this.trust });
      slices.set(id, { bytes, etag: `"${loaded.header.digest}"`, loaded });
    }
    return slices.get(id);
  }

  #portcullis(...args) {
    return execFileSync(this.#program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  }

  #file(name) {
    return fileURLToPath(new URL(name, this.#folder));
  }

  #json(name) {
    return JSON.parse(readFileSync(new URL(name, this.#folder), "utf8"));
  }
}
