import { PortcullisError } from "./errors";
import { bare, isObject, member } from "./members";

/** A comparison with an attribute of the resource, which is a set of strings. */
export type Atom = { readonly attribute: string } & (
  | { readonly in: readonly string[] }
  | { readonly not_in: readonly string[] }
  | { readonly within: readonly string[] }
  | { readonly is: "present" | "absent" }
);

/** A disjunction of conjunctions, as the engine writes it; never empty. */
export interface Residual {
  readonly any: readonly { readonly all: readonly Atom[] }[];
}

/** What `true`, `false` and `undefined` are here: Kleene's truth values. */
type Truth = boolean | undefined;

/**
 * Says whether what is known of a resource satisfies the filter; `undefined` where a value that
 * decides is none of the plain forms, so that the engine must be asked.
 *
 * Only what the filter reads is looked at, as where the origin applies it to its rows.
 */
export type Predicate = (resource: object) => Truth;

/**
 * Returns the predicate of a residual, or of what is always allowed.
 *
 * This is the one rule outside core: a page that has only a snapshot has no engine to ask, and
 * a list of a thousand rows should not cross into WebAssembly a thousand times. It is held to
 * every residual of tests/vectors, and to tests/vectors/filter/edge-cases.json row by row.
 */
export function predicate(when: true | Residual): Predicate {
  if (when === true) return () => true;
  const any = when.any.map(({ all }) => all.map(compiled)).filter(isComplete);
  return (resource) => {
    for (const all of any) {
      const truth = conjunction(all, resource);
      if (truth !== false) return truth;
    }
    return false;
  };
}

interface Compiled {
  readonly attribute: string;
  readonly test: number;
  /** The only constant, where there is one. */
  readonly one: string | undefined;
  readonly constants: ReadonlySet<string>;
}

/** Returns nothing for an atom that is not known here: a snapshot may come from a later version. */
function compiled(given: Atom): Compiled | undefined {
  const atom = bare(given);
  const [test, list] = meaning(atom);
  if (test === undefined || !Array.isArray(list) || list.some((item) => typeof item !== "string")) return undefined;
  return { attribute: atom.attribute, test, one: list.length === 1 ? list[0] : undefined, constants: new Set(list) };
}

function meaning(atom: Atom): [test: number | undefined, constants: readonly string[]] {
  if ("in" in atom) return [IN, atom.in];
  if ("not_in" in atom) return [NOT_IN, atom.not_in];
  if ("within" in atom) return [WITHIN, atom.within];
  return [atom.is === "present" ? PRESENT : atom.is === "absent" ? ABSENT : undefined, []];
}

/** No conjunction is empty as the engine writes it, so an empty one lets nothing through. */
function isComplete(all: (Compiled | undefined)[]): all is Compiled[] {
  return all.length > 0 && !all.includes(undefined);
}

/** False where an atom is false or unknown; undefined where one is not plain; else true. */
function conjunction(all: readonly Compiled[], resource: object): Truth {
  for (const atom of all) {
    const value = member(resource, atom.attribute);
    if (typeof value === "string") {
      if (value === "" ? !ofNone(atom.test) : !ofOne(atom, value)) return false;
      // What equals a constant is within the grammar, for the constant is.
      if (atom.test !== IN && atom.test !== WITHIN && !isPlain(value)) return undefined;
    } else if (value === undefined) {
      return false;
    } else if (value === null) {
      // Only a set can be null: an id is text.
      if (atom.attribute === "id") return undefined;
      if (!ofNone(atom.test)) return false;
    } else if (Array.isArray(value) && atom.attribute !== "id" && value.length <= PLAIN_VALUES_MAX) {
      const truth = ofMany(atom, value);
      if (!truth) return truth;
    } else {
      return undefined;
    }
  }
  return true;
}

function ofNone(test: number): boolean {
  return test === NOT_IN || test === ABSENT;
}

function ofOne(atom: Compiled, value: string): boolean {
  if (atom.test >= PRESENT) return atom.test === PRESENT;
  const among = atom.one === undefined ? atom.constants.has(value) : atom.one === value;
  return among !== (atom.test === NOT_IN);
}

function ofMany(atom: Compiled, values: readonly unknown[]): Truth {
  let count = 0;
  let among = 0;
  let plain = true;
  for (const value of values) {
    if (typeof value !== "string") return undefined;
    if (value === "") continue;
    count++;
    if (atom.one === undefined ? atom.constants.has(value) : atom.one === value) among++;
    else if (!isPlain(value)) plain = false;
  }
  const holds =
    atom.test === IN
      ? among > 0
      : atom.test === NOT_IN
        ? among === 0
        : atom.test === WITHIN
          ? count > 0 && among === count
          : count > 0 === (atom.test === PRESENT);
  return holds && !plain ? undefined : holds;
}

// By hand: a regular expression takes twice as long, and this is most of what an answer costs.
function isPlain(text: string): boolean {
  const length = text.length;
  if (length > PLAIN_LENGTH_MAX) return false;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** How an attribute is called and kept in a database. */
export interface Column {
  readonly field: string;
  /** Whether the field holds a list of values, not one. */
  readonly list?: boolean;
  /** What a value is, text where nothing is said; what a field cannot hold equals none of its values. */
  readonly type?: "text" | "integer" | "uuid";
  /** Whether the field is never null: Prisma takes no null for such a field. */
  readonly required?: boolean;
  /** Of Prisma: the relation with a record for each value, of which `field` is the value. */
  readonly relation?: string;
}

/** How attributes are called in a database; by their own names, where nothing is said. */
export type Columns = Readonly<Record<string, string | Column>>;

/** What may be listed: all, nothing, or what a condition over the resource holds for. */
export class Filter {
  /** `all` and `none` need no condition. */
  readonly kind: "all" | "none" | "some";
  /** The condition, of `some`. */
  readonly residual: Residual | undefined;
  readonly #test: (resource: object) => boolean;

  constructor(
    kind: "all" | "none" | "some",
    residual: Residual | undefined,
    test: (resource: object) => boolean,
  ) {
    this.kind = kind;
    this.residual = residual;
    this.#test = test;
  }

  /** Says whether a resource is one that may be listed: what is unknown of it says no. */
  test(resource: object): boolean {
    try {
      return isObject(resource) && this.#test(resource);
    } catch {
      return false;
    }
  }

  /**
   * Returns a `where` for Prisma, which may stand in `AND`, `OR` and `NOT`. Null and empty text are
   * no value of a field; a list field is never null, and holds no empty text.
   *
   * @throws PortcullisError `unsupported-filter` where Prisma has no words for a condition.
   */
  toPrisma(columns: Columns = {}): object {
    if (!this.residual) return this.kind === "all" ? {} : NOTHING;
    return {
      OR: this.residual.any.map(({ all }) => ({ AND: all.map((atom) => prisma(bare(atom), column(atom, columns))) })),
    };
  }

  /**
   * Returns a query for MongoDB, right for a field that holds one value and for a list, and in
   * `$and`, `$or` and `$nor`. Null and empty text are no value, in a list as well.
   */
  toMongo(columns: Columns = {}): object {
    if (!this.residual) return this.kind === "all" ? {} : { $nor: [{}] };
    return {
      $or: this.residual.any.map(({ all }) => ({ $and: all.map((atom) => mongo(bare(atom), column(atom, columns))) })),
    };
  }
}

function column({ attribute }: Atom, columns: Columns): Column {
  const own = bare(columns)[attribute];
  return bare(typeof own === "object" ? own : { field: own ?? attribute });
}

/** The constants that a field can hold, as it holds them. */
function held(constants: readonly string[], { type }: Column): (string | number | bigint)[] {
  if (type === "uuid") return constants.filter((text) => UUID.test(text));
  if (type !== "integer") return [...constants];
  const integers = constants.filter((text) => INTEGER.test(text)).map(BigInt);
  const of64Bits = integers.filter((value) => BigInt.asIntN(64, value) === value);
  return of64Bits.map((value) => (BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value));
}

function prisma(atom: Atom, column: Column): object {
  const { field, list, relation } = column;
  if (relation !== undefined) return related(atom, column, relation);
  if ("is" in atom) {
    const present = atom.is === "present";
    return list ? { [field]: { isEmpty: !present } } : present ? stated(column) : missing(column);
  }
  if ("not_in" in atom) {
    const values = held(atom.not_in, column);
    if (list) return { NOT: { [field]: { hasSome: values } } };
    // SQL's NOT IN is not true of null.
    return column.required ? outside(column, values) : { OR: [{ [field]: null }, outside(column, values)] };
  }
  if ("within" in atom && list) {
    throw new PortcullisError("unsupported-filter", `Prisma cannot say that all of \`${field}\` are among some values`);
  }
  const values = held("in" in atom ? atom.in : atom.within, column);
  if (list) return { [field]: { hasSome: values } };
  // Of null it is false, not unknown, so that NOT is exact.
  return column.required ? among(column, values) : { AND: [{ [field]: { not: null } }, among(column, values)] };
}

function related(atom: Atom, column: Column, relation: string): object {
  const some = (what: object) => ({ [relation]: { some: what } });
  const none = (what: object) => ({ [relation]: { none: what } });
  if ("is" in atom) return atom.is === "present" ? some(stated(column)) : none(stated(column));
  if ("not_in" in atom) return none(among(column, held(atom.not_in, column)));
  const values = held("in" in atom ? atom.in : atom.within, column);
  if ("in" in atom) return some(among(column, values));
  return { AND: [some(among(column, values)), none({ AND: [stated(column), outside(column, values)] })] };
}

const among = ({ field }: Column, values: unknown[]) => ({ [field]: { in: values } });
const outside = ({ field }: Column, values: unknown[]) => ({ [field]: { notIn: values } });

/** Says that a field has a value; of null it is false. */
function stated({ field, type, required }: Column): object {
  const is: object[] = required ? [] : [{ [field]: { not: null } }];
  if (type === undefined || type === "text") is.push({ [field]: { not: "" } });
  return { AND: is };
}

function missing({ field, type, required }: Column): object {
  const is: object[] = required ? [] : [{ [field]: null }];
  if (type === undefined || type === "text") is.push({ [field]: "" });
  return { OR: is };
}

function mongo(atom: Atom, column: Column): object {
  const { field } = column;
  if ("in" in atom) return { [field]: { $in: held(atom.in, column) } };
  if ("not_in" in atom) return { [field]: { $nin: held(atom.not_in, column) } };
  if ("within" in atom) {
    const values = held(atom.within, column);
    const outside = { $elemMatch: { $nin: [...values, "", null] } };
    return { $and: [{ [field]: { $in: values } }, { [field]: { $not: outside } }] };
  }
  const present = [
    { [field]: { $elemMatch: { $nin: ["", null] } } },
    { $and: [{ [field]: { $not: { $type: "array" } } }, { [field]: { $nin: ["", null] } }] },
  ];
  return atom.is === "present" ? { $or: present } : { $nor: present };
}

/** Prisma's condition that holds of nothing. */
const NOTHING = { OR: [] };
const INTEGER = /^(0|-?[1-9][0-9]{0,18})$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const [IN, NOT_IN, WITHIN, PRESENT, ABSENT] = [0, 1, 2, 3, 4];
/** The engine's limit for plain text, of which a character is a byte. */
const PLAIN_LENGTH_MAX = 256;
/** Few enough that no limit on values is near, whatever else is given. */
const PLAIN_VALUES_MAX = 32;
