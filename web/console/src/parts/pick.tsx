import type { ReactElement } from "react";
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components";

import { Icon } from "./icons";
import type { Option } from "./select";

interface PickProps {
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly hint?: string | undefined;
  /** Whether only what is offered will do. */
  readonly isClosed?: boolean;
  readonly autoFocus?: boolean;
}

/** A field that offers what is known while somebody types. */
export function Pick({ label, options, value, onChange, hint, isClosed = false, autoFocus = false }: PickProps): ReactElement {
  return (
    <ComboBox
      className="pc-field pc-pick"
      allowsCustomValue={!isClosed}
      inputValue={value}
      onInputChange={onChange}
      onSelectionChange={(key) => key !== null && onChange(options.find(({ id }) => id === key)?.label ?? String(key))}
      defaultItems={options}
      menuTrigger="focus"
    >
      <Label className="pc-label">{label}</Label>
      <div className="pc-pick-box">
        <Input className="pc-input" autoFocus={autoFocus} />
        <Button className="pc-pick-button">
          <Icon name="down" />
        </Button>
      </div>
      {hint && (
        <Text slot="description" className="pc-hint">
          {hint}
        </Text>
      )}
      <Popover className="pc-popover">
        <ListBox className="pc-list">
          {(option: Option) => (
            <ListBoxItem id={option.id} textValue={option.label} className="pc-list-item">
              <span>{option.label}</span>
              {option.note && <span className="pc-quiet">{option.note}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
