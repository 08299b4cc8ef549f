import { useLingui } from "@lingui/react/macro";
import type { Refusal } from "@portcullis/author";
import type { ReactElement, ReactNode } from "react";

import { REASONS } from "../words/refusal";
import { Notice } from "./notice";

interface RefusedProps {
  readonly refusal: Refusal;
  readonly actions?: ReactNode;
}

/** Says which rule stands against a change, and what to do: in the reader's words, then in the compiler's. */
export function Refused({ refusal, actions }: RefusedProps): ReactElement {
  const { i18n } = useLingui();
  const { reason, message, cure, lacking } = refusal;
  return (
    <Notice kind="danger" isLive actions={actions}>
      <strong>{REASONS[reason] ? i18n._(REASONS[reason]) : reason}</strong>
      <p lang="en">{sentence(message, cure)}</p>
      {lacking.length > 0 && (
        <ul className="pc-inline-list" lang="en">
          {lacking.slice(0, SHOWN_MAX).map(({ permission, scope, team }) => (
            <li key={`${permission} ${scope} ${team}`}>
              <code>{permission}</code> {scope}
              {team && ` · ${team}`}
            </li>
          ))}
          {lacking.length > SHOWN_MAX && <li>+{lacking.length - SHOWN_MAX}</li>}
        </ul>
      )}
    </Notice>
  );
}

function sentence(message: string, cure: string): string {
  const whole = cure ? `${message}; ${cure}` : message;
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`;
}

const SHOWN_MAX = 6;
