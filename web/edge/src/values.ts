import { PortcullisError } from "./errors";

/** Returns the strings that a value stands for, ascending by UTF-8 and distinct. */
export function sortedValues(value: unknown, name: string): string[] {
  if (value === null) return [];
  if (!Array.isArray(value)) {
    const one = scalar(value, name);
    return one === "" ? [] : [one];
  }
  const all = value.map((item) => scalar(item, name)).filter((item) => item !== "");
  if (all.length < 2) return all;
  all.sort(byUtf8);
  return all.filter((item, at) => at === 0 || item !== all[at - 1]);
}

function scalar(value: unknown, name: string): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return String(value);
    case "number":
      // A number that is no integer has more than one spelling, so it equals nothing reliably.
      if (Number.isSafeInteger(value)) return String(value);
      break;
    case "bigint":
      if (BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value) return String(value);
      break;
  }
  throw new PortcullisError("malformed", `\`${name}\` is neither text, an integer, a boolean nor a list of those`);
}

/** Orders as the bytes of UTF-8 do, which is the order of code points and not that of UTF-16. */
export function byUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a !== b) {
      // Surrogates stand for code points above all others.
      const [x, y] = [a >= 0xd800 && a < 0xe000, b >= 0xd800 && b < 0xe000];
      return x === y ? a - b : x ? 1 : -1;
    }
  }
  return left.length - right.length;
}
