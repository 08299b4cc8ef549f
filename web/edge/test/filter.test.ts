import { readdirSync, readFileSync } from "node:fs";

import { type Atom, Filter, PortcullisError, type Residual } from "@portcullis/edge";
import sift from "sift";
import { expect, test } from "vitest";

import { predicate } from "../src/filter";
import { ROOT } from "./fixtures";

const ATOMS: Atom[] = [
  { attribute: "a", in: ["x", "y"] },
  { attribute: "a", in: ["x"] },
  { attribute: "a", not_in: ["x", "y"] },
  { attribute: "a", within: ["x", "y"] },
  { attribute: "a", is: "present" },
  { attribute: "a", is: "absent" },
];

// The forms that a database gives a set: one value, a list, null, or nothing at all.
const SETS: [unknown, string[]][] = [
  ["x", ["x"]],
  ["z", ["z"]],
  ["", []],
  [null, []],
  [[], []],
  [[""], []],
  [["x"], ["x"]],
  [["x", "z"], ["x", "z"]],
  [["x", "y", ""], ["x", "y"]],
  [["z", "z"], ["z"]],
];

/** What an atom means, written out once more. */
function means(atom: Atom, set: string[]): boolean {
  if ("in" in atom) return set.some((value) => atom.in.includes(value));
  if ("not_in" in atom) return !set.some((value) => atom.not_in.includes(value));
  if ("within" in atom) return set.length > 0 && set.every((value) => atom.within.includes(value));
  return set.length > 0 === (atom.is === "present");
}

const of = (...all: Atom[]): Residual => ({ any: [{ all }] });
const filter = (residual: Residual) =>
  new Filter("some", residual, (resource: object) => predicate(residual)(resource as never) === true);

test("every atom holds for the sets that it should, in every form", () => {
  for (const atom of ATOMS) {
    for (const [value, set] of SETS) {
      const said = predicate(of(atom))({ a: value });
      expect(said, `${JSON.stringify(atom)} of ${JSON.stringify(value)}`).toBe(means(atom, set));
    }
  }
});

interface Row {
  readonly name: string;
  readonly when: Residual;
  readonly resource: Record<string, unknown>;
  readonly holds: boolean;
  readonly by?: "engine";
  readonly no_residual?: true;
}

const VECTORS = new URL("tests/vectors/", ROOT);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, VECTORS), "utf8"));

test("every row of the edge cases is answered as Rust answers it, or left to the engine where it says so", () => {
  const { rows } = read("filter/edge-cases.json") as { rows: Row[] };
  expect(rows.length).toBeGreaterThan(200);
  for (const { name, when, resource, holds, by, no_residual, ...rest } of rows) {
    expect(rest, `${name}: what only one side reads`).toEqual({});
    if (no_residual !== undefined) expect([no_residual, by], name).toEqual([true, undefined]);
    const expected = by === undefined ? holds : by === "engine" ? undefined : by;
    expect(predicate(when)(resource), name).toBe(expected);
  }
});

test("every residual of the vectors means here what it says", () => {
  const residuals = new Map<string, Residual>();
  for (const file of readdirSync(VECTORS).filter((name) => name.endsWith(".json"))) {
    for (const { answer } of read(file).cases as { answer?: unknown }[]) {
      const { residual } = (typeof answer === "string" ? JSON.parse(answer) : (answer ?? {})) as { residual?: Residual };
      if (residual) residuals.set(JSON.stringify(residual), residual);
    }
  }
  expect(residuals.size).toBeGreaterThan(20);
  for (const [text, residual] of residuals) {
    const said = predicate(residual);
    for (const resource of resources(residual)) {
      const holds = residual.any.some(({ all }) =>
        all.every((atom) => {
          const set = resource[atom.attribute];
          return set !== undefined && means(atom, [set].flat().filter((value) => value !== ""));
        }),
      );
      // Text beyond ASCII is the engine's.
      const answer = said(resource);
      if (answer !== undefined || /^[ -~]*$/.test(JSON.stringify(resource))) {
        expect(answer, `${text} of ${JSON.stringify(resource)}`).toBe(holds);
      }
    }
  }
});

/** Returns resources on both sides of every atom: each attribute missing, empty, and with values of the residual. */
function resources(residual: Residual): Record<string, string | string[]>[] {
  const atoms = residual.any.flatMap(({ all }) => all);
  const names = [...new Set(atoms.map(({ attribute }) => attribute))];
  const forms = (name: string) => {
    const own = atoms.filter(({ attribute }) => attribute === name);
    const constants = own.flatMap((atom) => ("in" in atom ? atom.in : "not_in" in atom ? atom.not_in : "within" in atom ? atom.within : []));
    const some = [...new Set(constants)].slice(0, 4);
    const one = [undefined, "", "elsewhere", ...some];
    // An id is one value.
    return name === "id" ? one : [...one, some, [...some, "elsewhere"]];
  };
  let all: Record<string, string | string[]>[] = [{}];
  for (const name of names) {
    const longer = all.flatMap((resource) => forms(name).map((form) => (form === undefined ? resource : { ...resource, [name]: form })));
    // Every third, where there are too many: the walk is as wide, and the test as quick.
    all = longer.length > 3000 ? longer.filter((_, at) => at % 3 === 0) : longer;
  }
  return all;
}

test("MongoDB's query says what the filter says", () => {
  for (const atom of ATOMS) {
    const matches = sift(filter(of(atom)).toMongo() as never);
    for (const [value, set] of SETS) {
      expect(matches({ a: value } as never), `${JSON.stringify(atom)} of ${JSON.stringify(value)}`).toBe(means(atom, set));
    }
  }
  const both = filter({ any: [{ all: [ATOMS[0] as Atom, { attribute: "b", in: ["1"] }] }, { all: [ATOMS[5] as Atom] }] });
  const matches = sift(both.toMongo({ b: "c" }) as never);
  for (const [document, expected] of [
    [{ a: "x", c: ["1"] }, true],
    [{ a: "x", c: ["2"] }, false],
    [{ a: null, c: null }, true],
  ] as const) {
    expect(matches(document as never)).toBe(expected);
  }
});

test("Prisma's where says it by the kind of the field, and what it cannot say is refused", () => {
  const [some, , none, within, present, absent] = ATOMS.map((atom) => filter(of(atom)));
  const where = (atom: object) => ({ OR: [{ AND: [atom] }] });
  // Of null each is false, not unknown, so that NOT is exact.
  const known = (field: string, test: object) => ({ AND: [{ [field]: { not: null } }, { [field]: test }] });
  expect(some?.toPrisma()).toEqual(where(known("a", { in: ["x", "y"] })));
  expect(some?.toPrisma({ a: "ownerId" })).toEqual(where(known("ownerId", { in: ["x", "y"] })));
  expect(some?.toPrisma({ a: { field: "as", list: true } })).toEqual(where({ as: { hasSome: ["x", "y"] } }));
  expect(none?.toPrisma()).toEqual(where({ OR: [{ a: null }, { a: { notIn: ["x", "y"] } }] }));
  expect(present?.toPrisma({ a: { field: "a", list: true } })).toEqual(where({ a: { isEmpty: false } }));
  expect(absent?.toPrisma()).toEqual(where({ OR: [{ a: null }, { a: "" }] }));
  const required = { a: { field: "a", required: true } };
  expect(some?.toPrisma(required)).toEqual(where({ a: { in: ["x", "y"] } }));
  expect(none?.toPrisma(required)).toEqual(where({ a: { notIn: ["x", "y"] } }));
  expect(present?.toPrisma(required)).toEqual(where({ AND: [{ a: { not: "" } }] }));
  const related = { a: { relation: "as", field: "value", required: true } };
  expect(some?.toPrisma(related)).toEqual(where({ as: { some: { value: { in: ["x", "y"] } } } }));
  expect(none?.toPrisma(related)).toEqual(where({ as: { none: { value: { in: ["x", "y"] } } } }));
  const outside = { AND: [{ AND: [{ value: { not: "" } }] }, { value: { notIn: ["x", "y"] } }] };
  expect(within?.toPrisma(related)).toEqual(where({ AND: [{ as: { some: { value: { in: ["x", "y"] } } } }, { as: { none: outside } }] }));
  const refused = () => within?.toPrisma({ a: { field: "a", list: true } });
  expect(refused).toThrow(PortcullisError);
  expect(refused).toThrow(/^unsupported-filter/);
});

test("what a field cannot hold equals none of its values", () => {
  const integers = ["0", "7", "-3", "07", "-0", "+7", "jo", "9007199254740993", "9223372036854775808"];
  const uuids = ["00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000A", "jo"];
  for (const [type, constants, held] of [
    ["integer", integers, [0, 7, -3, 9007199254740993n]],
    ["uuid", uuids, ["00000000-0000-0000-0000-00000000000a"]],
    ["text", uuids, uuids],
  ] as const) {
    const column = { a: { field: "a", type, required: true } };
    const of_ = (atom: Atom) => filter(of(atom));
    expect(of_({ attribute: "a", in: constants }).toPrisma(column)).toEqual({ OR: [{ AND: [{ a: { in: held } }] }] });
    expect(of_({ attribute: "a", not_in: constants }).toPrisma(column)).toEqual({ OR: [{ AND: [{ a: { notIn: held } }] }] });
    expect(of_({ attribute: "a", in: constants }).toMongo(column)).toEqual({ $or: [{ $and: [{ a: { $in: held } }] }] });
  }
  const present = filter(of({ attribute: "a", is: "present" }));
  expect(present.toPrisma({ a: { field: "a", type: "integer" } })).toEqual({ OR: [{ AND: [{ AND: [{ a: { not: null } }] }] }] });
});

test("all is everything and none is nothing", () => {
  const all = new Filter("all", undefined, () => true);
  const none = new Filter("none", undefined, () => false);
  expect([all.toPrisma(), none.toPrisma()]).toEqual([{}, { OR: [] }]);
  expect(sift(all.toMongo() as never)({} as never)).toBe(true);
  expect(sift(none.toMongo() as never)({} as never)).toBe(false);
});

test("what is unknown makes nothing true, and what is not plain text is left to the engine", () => {
  const test = predicate({ any: [{ all: [{ attribute: "a", not_in: ["x"] }] }] });
  expect(test({})).toBe(false);
  expect(test({ a: "y" })).toBe(true);
  for (const a of ["y\u0001", "y".repeat(257), "é", ["y", "é"], ["y", 7], 7, true, new Date(), Array(33).fill("y")]) {
    expect(test({ a }), String(a)).toBeUndefined();
  }
  // What the filter does not read does not count.
  expect(test({ a: "y", b: "\u0001", id: 7, elsewhere: new Date() })).toBe(true);
  const ids = predicate({ any: [{ all: [{ attribute: "id", in: ["x"] }] }] });
  for (const [id, expected] of [["x", true], ["y", false], [null, undefined], [["x"], undefined], [7, undefined]] as const) {
    expect(ids({ id }), String(id)).toBe(expected);
  }
  const lists = predicate({ any: [{ all: [{ attribute: "a", in: ["x"] }] }] });
  expect(lists({ a: ["z", "x"] })).toBe(true);
  expect(lists({ a: ["é", "x"] })).toBeUndefined();
  expect(lists({ a: ["é"] })).toBe(false);
});
