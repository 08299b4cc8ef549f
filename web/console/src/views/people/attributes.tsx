import type { ReactElement } from "react";

import { Field } from "../../parts/field";
import { titled } from "../../state/names";

/** Values by attribute, as somebody types them: with commas between. */
export type Typed = Readonly<Record<string, string>>;

interface AttributesProps {
  readonly names: readonly string[];
  readonly typed: Typed;
  readonly onChange: (typed: Typed) => void;
}

/** A field for each attribute. */
export function Attributes({ names, typed, onChange }: AttributesProps): ReactElement {
  return (
    <div className="pc-attributes">
      {names.map((name) => (
        <Field key={name} label={titled(name)} value={typed[name] ?? ""} onChange={(value) => onChange({ ...typed, [name]: value })} />
      ))}
    </div>
  );
}

/** Reads the values; an attribute that is left empty is not known. */
export function valuesOf(typed: Typed): Readonly<Record<string, readonly string[]>> {
  const entries = Object.entries(typed).map(([name, text]) => [name, text.split(",").map((value) => value.trim()).filter((value) => value !== "")] as const);
  return Object.fromEntries(entries.filter(([, values]) => values.length > 0));
}
