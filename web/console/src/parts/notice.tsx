import type { ReactElement, ReactNode } from "react";

import { Icon, type IconName } from "./icons";

interface NoticeProps {
  readonly kind?: "info" | "warning" | "danger" | "good";
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  /** Whether it is read out as it appears. */
  readonly isLive?: boolean;
}

/** Something to know, and perhaps to act on. */
export function Notice({ kind = "info", children, actions, isLive = false }: NoticeProps): ReactElement {
  return (
    <div className={`pc-notice pc-notice-${kind}`} {...(isLive ? { role: kind === "danger" ? "alert" : "status" } : {})}>
      <Icon name={ICONS[kind]} />
      <div className="pc-notice-body">{children}</div>
      {actions && <div className="pc-notice-actions">{actions}</div>}
    </div>
  );
}

const ICONS: Record<NonNullable<NoticeProps["kind"]>, IconName> = { info: "info", warning: "warning", danger: "warning", good: "check" };
