import type { ReactElement, ReactNode } from "react";
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from "react-aria-components";

import { Icon, type IconName } from "./icons";

interface ButtonProps extends Omit<AriaButtonProps, "children" | "className" | "style"> {
  readonly kind?: "primary" | "plain" | "quiet" | "danger";
  readonly icon?: IconName;
  readonly children?: ReactNode;
}

/** A button with words, and perhaps an icon before them. */
export function Button({ kind = "plain", icon, children, ...props }: ButtonProps): ReactElement {
  return (
    <AriaButton {...props} className={`pc-button pc-button-${kind}`}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

interface IconButtonProps extends Omit<AriaButtonProps, "children" | "className" | "style"> {
  readonly icon: IconName;
  /** What it does, for whom it is read to. */
  readonly label: string;
}

/** A button that shows an icon alone. */
export function IconButton({ icon, label, ...props }: IconButtonProps): ReactElement {
  return (
    <AriaButton {...props} aria-label={label} className="pc-icon-button">
      <Icon name={icon} />
    </AriaButton>
  );
}
