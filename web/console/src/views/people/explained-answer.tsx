import { Trans, useLingui } from "@lingui/react/macro";
import type { AuthzenSubject, Change } from "@portcullis/author";
import type { ReactElement } from "react";

import type { Explanation } from "../../author/answers";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icons";
import { useTries } from "../../state/asked";
import { useSession } from "../../state/session";

interface ExplainedAnswerProps {
  readonly explanation: Explanation;
  readonly subject: AuthzenSubject;
}

/** An answer, why it is so, and the smallest changes that would allow it. */
export function ExplainedAnswer({ explanation, subject }: ExplainedAnswerProps): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  const { answer, grants, roles } = explanation;
  const effect = { allow: t`Yes`, deny: t`No`, conditional: t`It depends` }[answer.effect];
  const role = answer.role ? names.role(answer.role) : "";
  const scope = answer.scope ? names.scope(answer.scope) : "";
  const held = roles.map((one) => (one.team ? `${names.role(one.role)} · ${one.team}` : names.role(one.role))).join(", ");
  const reasons: Readonly<Record<string, string>> = {
    granted: answer.team ? t`${role} grants it at ${scope} on ${answer.team}.` : t`${role} grants it at ${scope}.`,
    conditional: t`It is granted for some resources: whether this is one of them depends on what is not described.`,
    "out-of-scope": t`It is granted, but not for this resource: ${grants.map((one) => `${names.role(one.role)} (${names.scope(one.scope)})`).join(", ")}.`,
    "not-granted": held ? t`No role that they hold grants it. They hold ${held}.` : t`They hold no role.`,
    "feature-disabled": t`It is off for this customer: ${(answer.features ?? []).join(", ")}.`,
    "unknown-permission": t`There is no such permission.`,
  };
  return (
    <div className={`pc-answer pc-answer-${answer.effect}`} role="status">
      <p className="pc-answer-effect">
        <Icon name={answer.effect === "allow" ? "check" : answer.effect === "deny" ? "close" : "who"} />
        <strong>{effect}</strong>
      </p>
      <p>{reasons[answer.reason] ?? answer.reason}</p>
      {answer.residual !== undefined && <Residual residual={answer.residual} />}
      <WouldAllow explanation={explanation} subject={subject} />
    </div>
  );
}

/** The condition that is left, as the origin would apply it. */
function Residual({ residual }: { readonly residual: unknown }): ReactElement {
  return (
    <details className="pc-details">
      <summary>
        <Trans>For which</Trans>
      </summary>
      <pre className="pc-code">{JSON.stringify(residual, null, 1)}</pre>
    </details>
  );
}

function WouldAllow({ explanation, subject }: ExplainedAnswerProps): ReactElement | null {
  const { t } = useLingui();
  const { names, dispatch } = useSession();
  const { features, roles, grants } = explanation.would_allow;
  const { type, id } = subject;
  const options: readonly { readonly words: string; readonly change: Change }[] = [
    ...features.map((feature) => ({ words: t`Turn ${feature} on`, change: { operation: "enable" as const, feature } })),
    ...roles.map(({ role, team }) => ({
      words: team ? t`Give them ${names.role(role)} on ${team}` : t`Give them ${names.role(role)}`,
      change: { operation: "assign" as const, role, subject: { type, id }, ...(team ? { team } : {}) },
    })),
    ...grants.map(({ role, scope }) => ({
      words: t`Grant it to ${names.role(role)} at ${names.scope(scope)}`,
      change: { operation: "grant" as const, role, grants: { [scope]: explanation.permission } },
    })),
  ];
  const shown = options.slice(0, SHOWN_MAX);
  const tried = useTries(shown.map(({ change }) => change));
  if (shown.length === 0) return null;
  return (
    <div className="pc-would">
      <h4 className="pc-would-title">
        <Trans>What would allow it</Trans>
      </h4>
      <ul className="pc-list-plain">
        {shown.map(({ words, change }, index) => (
          <li key={words}>
            {tried?.[index] === null ? (
              <Button kind="quiet" icon="plus" onPress={() => dispatch({ type: "added", changes: [change] })}>
                {words}
              </Button>
            ) : (
              <span className="pc-would-words">{words}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const SHOWN_MAX = 6;
