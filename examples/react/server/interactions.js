// The list behind the API: what is listed goes through `filter`, what is changed through `can`.
import { SAMPLES } from "./samples.js";

export class Interactions {
  #rows = SAMPLES.map((row) => ({ ...row }));
  #next = SAMPLES.length + 1;

  /** Returns the rows that a subject may read. With a database, the filter would be its `where`. */
  listedFor(session) {
    const filter = session.filter("interactions:read");
    const rows = this.#rows.filter(({ resource }) => filter.kind === "all" || filter.test(resource));
    return { kind: filter.kind, query: filter.toMongo(), rows };
  }

  created({ person, session }) {
    const resource = { owner: person.id, creator: person.id, assignees: [person.id], teams: person.teams ?? [] };
    if (!session.can("interactions:write", resource)) return FORBIDDEN;
    if (this.#rows.length >= ROWS_MAX) return { status: 409 };
    const id = `i-${this.#next++}`;
    this.#rows.unshift({ id, customer: "New customer", topic: `Written down by ${person.name}`, open: true, resource });
    return DONE;
  }

  closed({ session }, id) {
    return this.#changed(session, id, "interactions:write", (row) => (row.open = false));
  }

  removed({ session }, id) {
    return this.#changed(session, id, "interactions:delete", (row) => this.#rows.splice(this.#rows.indexOf(row), 1));
  }

  // The page has hidden the button, and this is where it counts.
  #changed(session, id, permission, change) {
    const row = this.#rows.find((one) => one.id === id);
    // What may not be read is not there.
    if (!row || !session.can("interactions:read", row.resource)) return { status: 404 };
    if (!session.can(permission, row.resource)) return FORBIDDEN;
    change(row);
    return DONE;
  }
}

/** Enough for a demo, and an end to what a loop of requests can fill. */
const ROWS_MAX = 100;
const DONE = { status: 204 };
const FORBIDDEN = { status: 403 };
