import type { ReactElement } from "react";
import { Button, Label, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue } from "react-aria-components";

import { Icon } from "./icons";

export interface Option {
  readonly id: string;
  readonly label: string;
  readonly note?: string | undefined;
}

interface SelectProps {
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string | null;
  readonly onChange: (id: string) => void;
  readonly placeholder?: string;
  readonly isLabelHidden?: boolean;
  readonly isDisabled?: boolean;
}

/** A choice of one. */
export function Select({ label, options, value, onChange, placeholder, isLabelHidden = false, isDisabled = false }: SelectProps): ReactElement {
  return (
    <AriaSelect
      className="pc-field pc-select"
      selectedKey={value}
      onSelectionChange={(key) => key !== null && onChange(String(key))}
      isDisabled={isDisabled}
      {...(placeholder === undefined ? {} : { placeholder })}
      {...(isLabelHidden ? { "aria-label": label } : {})}
    >
      {!isLabelHidden && <Label className="pc-label">{label}</Label>}
      <Button className="pc-input pc-select-button">
        <SelectValue className="pc-select-value" />
        <Icon name="down" />
      </Button>
      <Popover className="pc-popover">
        <ListBox className="pc-list" items={options}>
          {(option: Option) => (
            <ListBoxItem id={option.id} textValue={option.label} className="pc-list-item">
              <span>{option.label}</span>
              {option.note && <span className="pc-quiet">{option.note}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
