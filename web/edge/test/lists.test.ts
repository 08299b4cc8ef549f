import { readFileSync } from "node:fs";

import { type Columns, Filter, PortcullisError, type Residual } from "@portcullis/edge";
import sift from "sift";
import { expect, test } from "vitest";

import { ROOT } from "./fixtures";
import { type Model, type Record_, matches } from "./prisma";

// What SQL is tested with as well: rows, filters, and what the engine decides of each row.
interface Lists {
  readonly attributes: readonly { name: string; integer: boolean; set: boolean; joined: boolean }[];
  readonly rows: readonly { id: string; tenant: string; values: Record<string, Stored> }[];
  readonly cases: readonly { filter: { effect: string; residual?: Residual }; allowed: boolean[] }[];
}
type Stored = string | null | readonly (string | null)[];
type Value = string | number | bigint;

const { attributes, rows, cases }: Lists = JSON.parse(readFileSync(new URL("target/web/lists.json", ROOT), "utf8"));
const KINDS = { allow: "all", deny: "none", conditional: "some" } as const;
const filters = cases.map(({ filter, allowed }) => {
  const kind = KINDS[filter.effect as keyof typeof KINDS];
  return { filter: new Filter(kind, filter.residual, () => false), allowed, text: JSON.stringify(filter) };
});

/** An integer as JavaScript's drivers hold it. */
function typed(text: string, integer: boolean): Value {
  if (!integer) return text;
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

function mapped<T>(stored: Stored, of: (text: string) => T): T | null | (T | null)[] {
  const one = (text: string | null) => (text === null ? null : of(text));
  return Array.isArray(stored) ? stored.map(one) : one(stored as string | null);
}

/** Holds what a database lists, alone and beside a tenant, negated too, against what is decided. */
function agree(list: (composed: "is" | "not" | "and" | "or" | "nand") => boolean[], allowed: boolean[], text: string) {
  const own = rows.map(({ tenant }) => tenant === "acme");
  expect(list("is"), text).toEqual(allowed);
  expect(list("not"), `not ${text}`).toEqual(allowed.map((is) => !is));
  expect(list("and"), `acme and ${text}`).toEqual(allowed.map((is, at) => is && own[at]));
  expect(list("or"), `acme or ${text}`).toEqual(allowed.map((is, at) => is || own[at]));
  expect(list("nand"), `not (acme and ${text})`).toEqual(allowed.map((is, at) => !(is && own[at])));
}

test("MongoDB lists what is decided", () => {
  const documents = rows.map(({ id, tenant, values }) => {
    const fields = attributes.map(({ name, integer }) => [name, mapped(values[name] ?? null, (text) => typed(text, integer))]);
    return { _id: id, tenant, ...Object.fromEntries(fields) };
  });
  const columns: Record<string, Columns[string]> = { id: "_id" };
  for (const { name, integer } of attributes) columns[name] = { field: name, type: integer ? "integer" : "text" };
  const acme = { tenant: "acme" };
  for (const { filter, allowed, text } of filters) {
    const query = filter.toMongo(columns);
    const queries = { is: query, not: { $nor: [query] }, and: { $and: [acme, query] }, or: { $or: [acme, query] }, nand: { $nor: [{ $and: [acme, query] }] } };
    agree((composed) => documents.map(sift(queries[composed] as never) as (document: object) => boolean), allowed, text);
  }
});

test("Prisma lists what is decided, or says that it cannot", () => {
  const model: Record<string, Model[string]> = { key: { type: "text", required: true }, tenant: { type: "text", required: true } };
  const columns: Record<string, Columns[string]> = { id: { field: "key", required: true } };
  for (const { name, integer, set, joined } of attributes) {
    const type = integer ? "integer" : "text";
    if (joined) {
      model[name] = { relation: { value: { type } } };
      columns[name] = { relation: name, field: "value", type };
    } else {
      model[name] = { type, list: set };
      columns[name] = { field: name, type, list: set };
    }
  }
  const records = rows.map(({ id, tenant, values }): Record_ => {
    const fields = attributes.map(({ name, integer, set, joined }) => {
      const value = mapped(values[name] ?? null, (text) => typed(text, integer));
      const list = Array.isArray(value) ? value : value === null ? [] : [value];
      if (joined) return [name, list.map((value) => ({ value }))];
      // A list of Prisma holds neither null nor, for our part, empty text.
      return [name, set ? list.filter((value) => value !== null && value !== "") : value];
    });
    return { key: id, tenant, ...Object.fromEntries(fields) };
  });
  const acme = { tenant: "acme" };
  let unsupported = 0;
  for (const { filter, allowed, text } of filters) {
    let where: object;
    try {
      where = filter.toPrisma(columns);
    } catch (error) {
      expect((error as PortcullisError).code).toBe("unsupported-filter");
      expect(text).toContain('"within"');
      unsupported++;
      continue;
    }
    const wheres = { is: where, not: { NOT: where }, and: { AND: [acme, where] }, or: { OR: [acme, where] }, nand: { NOT: { AND: [acme, where] } } };
    agree((composed) => records.map((record) => matches(model, wheres[composed], record)), allowed, text);
  }
  expect(unsupported).toBeLessThan(cases.length / 2);
});
