/** What Prisma says of a `where`: enough of its reference to run what `toPrisma` writes. */

type Value = string | number | bigint;
/** The fields of a model: of a type, or a relation with fields of its own. */
export type Model = Readonly<Record<string, { type: "text" | "integer"; required?: boolean; list?: boolean } | { relation: Model }>>;
/** A record: values, lists of values, and related records. */
export type Record_ = Readonly<Record<string, Value | null | readonly Value[] | readonly Record_[]>>;
/** SQL's truth values: `undefined` is unknown. */
type Truth = boolean | undefined;

/**
 * Says whether a record is one that `findMany({ where })` returns. Prisma runs SQL, in which a
 * comparison with null is unknown and `NOT` of what is unknown is unknown too, and takes no
 * value that is not of the field's type: then this throws.
 */
export function matches(model: Model, where: object, record: Record_): boolean {
  return truth(model, where, record) === true;
}

function truth(model: Model, where: object, record: Record_): Truth {
  return and(
    Object.entries(where).map(([name, what]) => {
      if (name === "AND") return and(listed(what).map((each) => truth(model, each, record)));
      if (name === "OR") return or(listed(what).map((each) => truth(model, each, record)));
      if (name === "NOT") return not(or(listed(what).map((each) => truth(model, each, record))));
      const field = model[name];
      if (field === undefined) throw new TypeError(`unknown field ${name}`);
      return "relation" in field
        ? related(field.relation, what, record[name] as readonly Record_[])
        : compared(field, what, record[name] as Value | null | readonly Value[]);
    }),
  );
}

function related(model: Model, what: object, records: readonly Record_[]): Truth {
  return and(
    Object.entries(what).map(([word, where]) => {
      const some = records.some((record) => matches(model, where, record));
      if (word !== "some" && word !== "none") throw new TypeError(`unknown word ${word}`);
      return some === (word === "some");
    }),
  );
}

type Field = Exclude<Model[string], { relation: Model }>;

function compared(field: Field, what: unknown, value: Value | null | readonly Value[]): Truth {
  if (what === null || typeof what !== "object") return equals(field, value as Value | null, what);
  return and(
    Object.entries(what).map(([word, argument]) => {
      if (field.list) {
        const values = value as readonly Value[];
        if (word === "isEmpty") return (values.length === 0) === argument;
        if (word === "hasSome") return values.some((own) => constants(field, argument).includes(own));
      } else {
        const own = value as Value | null;
        if (word === "not") return not(equals(field, own, argument));
        // Of an empty list Prisma asks nothing of the field.
        const among = constants(field, argument);
        if (word === "in") return among.length === 0 ? false : own === null ? undefined : among.includes(own);
        if (word === "notIn") return among.length === 0 ? true : own === null ? undefined : !among.includes(own);
      }
      throw new TypeError(`unknown word ${word}`);
    }),
  );
}

function equals(field: Field, value: Value | null, constant: unknown): Truth {
  if (field.list) throw new TypeError("a list is no value");
  if (constant === null) {
    if (field.required) throw new TypeError("the field is never null");
    return value === null;
  }
  const [own] = constants(field, [constant]);
  return value === null ? undefined : value === own;
}

function constants(field: Field, list: unknown): Value[] {
  for (const constant of list as unknown[]) {
    const isText = typeof constant === "string";
    const isInteger = typeof constant === "bigint" || Number.isSafeInteger(constant);
    if (field.type === "text" ? !isText : !isInteger) throw new TypeError(`${String(constant)} is not of type ${field.type}`);
  }
  return list as Value[];
}

function listed(what: unknown): object[] {
  return Array.isArray(what) ? what : [what as object];
}

function and(truths: Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes(undefined) ? undefined : true;
}

function or(truths: Truth[]): Truth {
  return not(and(truths.map(not)));
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth;
}
