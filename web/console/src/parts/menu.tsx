import type { ReactElement, ReactNode } from "react";
import { Button, Header, Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger, Popover } from "react-aria-components";

import { Icon, type IconName } from "./icons";

export interface MenuAction {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  /** Why it cannot be done. */
  readonly blocked?: string | undefined;
  readonly isDangerous?: boolean;
  readonly run: () => void;
}

export interface MenuGroup {
  readonly id: string;
  readonly label?: string;
  readonly actions: readonly MenuAction[];
}

interface MenuProps {
  /** What it is a menu of, for whom it is read to. */
  readonly label: string;
  readonly icon?: IconName;
  readonly children?: ReactNode;
  readonly groups: readonly MenuGroup[];
  /** Called as it opens: what it offers may have to be asked for first. */
  readonly onOpen?: () => void;
  readonly empty?: string;
}

/** A button that opens a menu. */
export function Menu({ label, icon = "more", children, groups, onOpen, empty }: MenuProps): ReactElement {
  const filled = groups.filter(({ actions }) => actions.length > 0);
  const actions = new Map(filled.flatMap((group) => group.actions.map((action) => [`${group.id} ${action.id}`, action])));
  return (
    <MenuTrigger onOpenChange={(open) => open && onOpen?.()}>
      <Button {...(children ? {} : { "aria-label": label })} className={children ? "pc-button pc-button-plain" : "pc-icon-button"}>
        {children ?? <Icon name={icon} />}
        {children && <Icon name="down" />}
      </Button>
      <Popover className="pc-popover" placement="bottom end">
        <AriaMenu className="pc-menu" aria-label={label} onAction={(key) => actions.get(String(key))?.run()} renderEmptyState={() => <p className="pc-menu-empty">{empty}</p>}>
          {filled.map((group) => (
            <MenuSection key={group.id} className="pc-menu-section" {...(group.label ? {} : { "aria-label": label })}>
              {group.label && <Header className="pc-menu-header">{group.label}</Header>}
              {group.actions.map((action) => (
                <MenuItem
                  key={action.id}
                  id={`${group.id} ${action.id}`}
                  textValue={action.label}
                  isDisabled={action.blocked !== undefined}
                  className={action.isDangerous ? "pc-menu-item pc-menu-danger" : "pc-menu-item"}
                >
                  {action.icon && <Icon name={action.icon} />}
                  <span>
                    {action.label}
                    {action.blocked && <span className="pc-menu-blocked">{action.blocked}</span>}
                  </span>
                </MenuItem>
              ))}
            </MenuSection>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
