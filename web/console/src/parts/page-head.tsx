import type { ReactElement, ReactNode } from "react";

interface PageHeadProps {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  readonly above?: ReactNode;
  readonly badges?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** The head of a view: what it is, and what can be done here. */
export function PageHead({ title, lead, above, badges, actions, children }: PageHeadProps): ReactElement {
  return (
    <header className="pc-head">
      {above}
      <div className="pc-head-row">
        <div className="pc-head-words">
          <h1 className="pc-title" tabIndex={-1}>
            {title}
          </h1>
          {badges}
        </div>
        {actions && <div className="pc-head-actions">{actions}</div>}
      </div>
      {lead && <p className="pc-lead">{lead}</p>}
      {children && <div className="pc-head-tools">{children}</div>}
    </header>
  );
}
