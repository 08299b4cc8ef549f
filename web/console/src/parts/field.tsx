import type { ReactElement } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from "react-aria-components";

interface FieldProps extends Omit<TextFieldProps, "children" | "className" | "style"> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly rows?: number;
}

/** A line or more of text, with its label and what is wrong with it. */
export function Field({ label, hint, error, rows, ...props }: FieldProps): ReactElement {
  return (
    <TextField {...props} isInvalid={error !== undefined} className="pc-field">
      <Label className="pc-label">{label}</Label>
      {rows ? <TextArea className="pc-input" rows={rows} /> : <Input className="pc-input" />}
      {hint && (
        <Text slot="description" className="pc-hint">
          {hint}
        </Text>
      )}
      <FieldError className="pc-error">{error}</FieldError>
    </TextField>
  );
}
