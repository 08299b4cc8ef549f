import { useLingui } from "@lingui/react/macro";
import type { OutlinedPermission } from "@portcullis/author";
import type { ReactElement } from "react";
import { Button, Checkbox, CheckboxGroup, Dialog, DialogTrigger, Label, Popover, ToggleButton, ToggleButtonGroup } from "react-aria-components";

import { Icon } from "../../parts/icons";
import type { Names } from "../../state/names";
import { isSideBySide } from "./level-width";
import { chosen, type IsOffered } from "./levels";

interface LevelProps {
  readonly permission: OutlinedPermission;
  readonly names: Names;
  readonly held: readonly string[];
  /** The scopes that are saved, where they differ. */
  readonly isChanged: boolean;
  readonly isOffered: IsOffered;
  readonly onChange: (scopes: readonly string[]) => void;
}

/** At which scopes a permission is held: a box, a few choices side by side, or a list of many. */
export function LevelChoice(props: LevelProps): ReactElement {
  const { t } = useLingui();
  const { permission, isOffered, isChanged } = props;
  const offered = permission.scopes.filter((scope) => isOffered(permission.name, scope));
  const held = props.held.length > 0;
  const kind = offered.length === 0 ? "fixed" : permission.scopes.length === 1 ? "box" : isSideBySide(props.names, permission, t`Disabled`) ? "side" : "many";
  return (
    <div className="pc-level" data-held={held || undefined} data-changed={isChanged || undefined}>
      {kind === "fixed" && <Fixed {...props} />}
      {kind === "box" && <Box {...props} />}
      {kind === "side" && <SideBySide {...props} />}
      {kind === "many" && <Many {...props} />}
    </div>
  );
}

function Fixed({ names, held }: LevelProps): ReactElement {
  const { t } = useLingui();
  return <span className="pc-level-fixed">{held.length > 0 ? names.scopes(held).join(" + ") : t`Disabled`}</span>;
}

function Box({ permission, names, held, onChange }: LevelProps): ReactElement {
  const [scope = ""] = permission.scopes;
  const { t } = useLingui();
  const label = names.takesEverything(scope) ? t`Allowed` : names.scope(scope);
  return (
    <Checkbox className="pc-check" aria-label={`${names.permission(permission.name)}: ${label}`} isSelected={held.length > 0} onChange={(on) => onChange(on ? [scope] : [])}>
      <span className="pc-check-box">
        <Icon name="check" />
      </span>
      {!names.takesEverything(scope) && <span aria-hidden="true">{label}</span>}
    </Checkbox>
  );
}

function SideBySide({ permission, names, held, isOffered, onChange }: LevelProps): ReactElement {
  const { t } = useLingui();
  const select = (keys: ReadonlySet<unknown>) => {
    const before = new Set<string>(held.length > 0 ? held : [OFF]);
    const turned = [OFF, ...permission.scopes].find((key) => keys.has(key) !== before.has(key));
    if (turned !== undefined) onChange(turned === OFF ? [] : chosen(names, held, turned));
  };
  return (
    <ToggleButtonGroup
      className="pc-segments"
      aria-label={names.permission(permission.name)}
      selectionMode="multiple"
      selectedKeys={held.length > 0 ? held : [OFF]}
      onSelectionChange={select}
    >
      <ToggleButton id={OFF} className="pc-segment pc-segment-off" isDisabled={!held.every((scope) => isOffered(permission.name, scope))}>
        {t`Disabled`}
      </ToggleButton>
      {permission.scopes.map((scope) => (
        <ToggleButton key={scope} id={scope} className="pc-segment" isDisabled={!isOffered(permission.name, scope)}>
          {names.scope(scope)}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function Many({ permission, names, held, isOffered, onChange }: LevelProps): ReactElement {
  const { t } = useLingui();
  const label = names.permission(permission.name);
  const shown = held.map((scope) => names.scope(scope)).join(" + ");
  const select = (scopes: readonly string[]) => {
    const turned = permission.scopes.find((scope) => scopes.includes(scope) !== held.includes(scope));
    if (turned !== undefined) onChange(chosen(names, held, turned));
  };
  return (
    <DialogTrigger>
      <Button className="pc-many" aria-label={`${label}: ${shown || t`Disabled`}`}>
        <span className="pc-many-value">{shown || t`Disabled`}</span>
        <Icon name="down" />
      </Button>
      <Popover className="pc-popover" placement="bottom end">
        <Dialog className="pc-many-dialog" aria-label={label}>
          <CheckboxGroup className="pc-many-group" value={[...held]} onChange={select}>
            <Label className="pc-label">{label}</Label>
            {permission.scopes.map((scope) => (
              <Checkbox key={scope} value={scope} className="pc-check" isDisabled={!isOffered(permission.name, scope)}>
                <span className="pc-check-box">
                  <Icon name="check" />
                </span>
                {names.scope(scope)}
              </Checkbox>
            ))}
          </CheckboxGroup>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

const OFF = "\u0000off";
