import type { Preview as GuestPreview } from "../../generated/author.js";
import { PortcullisError } from "../errors";
import type { Decision, Explanation } from "../session";
import type { VisibleModule } from "../view";
import type { Vocabulary } from "../vocabulary";
import type { AuthzenAnswer, AuthzenRequest, AuthzenSubject } from "./authzen";
import { answered } from "./errors";
import { ask, bytesOf, jsonOf, release, REQUEST_BYTES_MAX } from "./guest";

/**
 * A policy as its bundle would answer when it is issued; nobody has signed it, and there are no
 * bytes of it to be had.
 */
export class Preview {
  #guest: GuestPreview | undefined;

  /** @internal */
  constructor(guest: GuestPreview) {
    this.#guest = guest;
  }

  /**
   * Answers an evaluation request, as `portcullis decide` does; a string is taken as its JSON.
   *
   * @throws PortcullisError `malformed` or `limit-exceeded`.
   */
  decide(request: AuthzenRequest | string): AuthzenAnswer<Decision<Vocabulary>> {
    return JSON.parse(this.answer(request));
  }

  /** As `decide`, and returns the bytes of the answer. */
  answer(request: AuthzenRequest | string): string {
    return this.#ask((guest, bytes) => guest.decide(bytes), request, "the request");
  }

  /** Answers with nothing known of the resource: what may be listed. */
  filter(request: AuthzenRequest | string): Decision<Vocabulary> {
    return JSON.parse(this.#ask((guest, bytes) => guest.filter(bytes), request, "the request"));
  }

  /** Returns why the answer is what it is, and what would allow it. */
  explain(request: AuthzenRequest | string): Explanation {
    return JSON.parse(this.#ask((guest, bytes) => guest.explain(bytes), request, "the request"));
  }

  /** Returns the modules that a subject sees. */
  modules(subject: AuthzenSubject | string): readonly VisibleModule<Vocabulary>[] {
    return JSON.parse(this.#ask((guest, bytes) => guest.modules(bytes), subject, "the subject")).modules;
  }

  /** Gives its memory back at once; it answers no longer. */
  free(): void {
    release(this.#guest);
    this.#guest = undefined;
  }

  #ask(question: (guest: GuestPreview, bytes: Uint8Array) => string, value: unknown, what: string): string {
    const guest = this.#guest;
    if (!guest) throw new PortcullisError("freed", "the preview was freed");
    const text = typeof value === "string" ? value : jsonOf(value, what);
    const bytes = bytesOf(text, what, REQUEST_BYTES_MAX);
    return ask(() => answered(question(guest, bytes)));
  }
}
