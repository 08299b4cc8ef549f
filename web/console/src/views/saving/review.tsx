import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Finding, GrantChanges, PolicyDiff } from "@portcullis/author";
import type { ReactElement } from "react";

import { Button, IconButton } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Icon } from "../../parts/icons";
import { Notice } from "../../parts/notice";
import { Refused } from "../../parts/refused";
import { useAsked } from "../../state/asked";
import { useSession } from "../../state/session";
import { changeWords } from "../../words/change";

/** What saving does: the changes one by one, who gains and who loses by them, and what lint says. */
export function Review({ onClose }: { readonly onClose: () => void }): ReactElement {
  const { t, i18n } = useLingui();
  const { draft, dispatch, names, refusals, applied, saving, save } = useSession();
  const { value: review } = useAsked((author) => author.review(), "review");
  const isApplied = applied === draft.changes;
  const refused = draft.changes.flatMap((_, index) => (isApplied && refusals[index] ? [index] : []));
  const isSaving = saving.state === "saving";
  const saveAndClose = async () => {
    await save();
    onClose();
  };
  return (
    <Dialog title={t`Before saving`} onClose={onClose} isWide>
      <div className="pc-review">
        <section aria-label={t`Changes`}>
          <h3 className="pc-panel-title">
            <Trans>Changes</Trans> <span className="pc-count">{draft.changes.length}</span>
          </h3>
          <ol className="pc-list-plain pc-changes">
            {draft.changes.map((change, index) => {
              const refusal = isApplied ? refusals[index] : null;
              const words = changeWords(i18n, names, change);
              return (
                <li key={`${index} ${JSON.stringify(change)}`} className="pc-change" data-refused={refusal ? "" : undefined}>
                  <div className="pc-line">
                    <span className="pc-line-main">{words}</span>
                    <IconButton icon="close" label={t`Leave out: ${words}`} onPress={() => dispatch({ type: "removed", indices: [index] })} />
                  </div>
                  {"grants" in change && <GrantsOf grants={change.grants} />}
                  {refusal && <Refused refusal={refusal} />}
                </li>
              );
            })}
          </ol>
          {refused.length > 0 && (
            <Button onPress={() => dispatch({ type: "removed", indices: refused })}>
              <Plural value={refused.length} one="Leave out what is refused" other="Leave out the # that are refused" />
            </Button>
          )}
        </section>
        {review && <Touched diff={review.diff} />}
        {review && review.findings.length > 0 && <Findings findings={review.findings} />}
      </div>
      <footer className="pc-dialog-foot">
        <Button kind="quiet" onPress={() => (dispatch({ type: "discarded" }), onClose())}>{t`Discard all`}</Button>
        <Button onPress={onClose}>{t`Keep editing`}</Button>
        <Button kind="primary" isDisabled={isSaving || refused.length > 0 || draft.conflict !== null || draft.changes.length === 0} onPress={() => void saveAndClose()}>{t`Save`}</Button>
      </footer>
    </Dialog>
  );
}

/** The permissions of a change of several. */
function GrantsOf({ grants }: { readonly grants: Readonly<Record<string, string | readonly string[]>> }): ReactElement | null {
  const { names } = useSession();
  const all = Object.entries(grants).flatMap(([scope, permissions]) => [permissions].flat().map((name) => ({ name, scope })));
  if (all.length < 2) return null;
  return (
    <ul className="pc-inline-list">
      {all.slice(0, SHOWN_MAX).map(({ name, scope }) => (
        <li key={`${name} ${scope}`}>
          {names.permission(name)} · {names.scope(scope)}
        </li>
      ))}
      {all.length > SHOWN_MAX && <li>+{all.length - SHOWN_MAX}</li>}
    </ul>
  );
}

/** Who gains and who loses. */
function Touched({ diff }: { readonly diff: PolicyDiff }): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  const holders = [
    ...diff.subjects.map((subject) => ({ key: `s ${subject.type} ${subject.id}`, name: names.subject(subject), changes: subject })),
    ...diff.groups.map((group) => ({ key: `g ${group.id}`, name: t`Members of ${group.id}`, changes: group })),
  ];
  const gain = holders.filter(({ changes }) => changes.gained.length > 0);
  const lose = holders.filter(({ changes }) => changes.lost.length > 0);
  const others = holders.filter(({ changes }) => changes.gained.length === 0 && changes.lost.length === 0);
  return (
    <section aria-label={t`Who is touched`}>
      <h3 className="pc-panel-title">
        <Trans>Who is touched</Trans>
      </h3>
      {holders.length === 0 && (
        <p className="pc-hint">
          <Trans>Nobody whom the policy knows gains or loses anything.</Trans>
        </p>
      )}
      {gain.length > 0 && (
        <>
          <h4 className="pc-touched-title pc-touched-gain">
            <Icon name="gain" />
            <Plural value={gain.length} one="# gains" other="# gain" />
          </h4>
          {gain.slice(0, SHOWN_MAX).map(({ key, name, changes }) => (
            <Lines key={key} name={name} grants={changes.gained} />
          ))}
          {gain.length > SHOWN_MAX && <p>+{gain.length - SHOWN_MAX}</p>}
        </>
      )}
      {lose.length > 0 && (
        <>
          <h4 className="pc-touched-title pc-touched-lose">
            <Icon name="lose" />
            <Plural value={lose.length} one="# loses" other="# lose" />
          </h4>
          {lose.slice(0, SHOWN_MAX).map(({ key, name, changes }) => (
            <Lines key={key} name={name} grants={changes.lost} />
          ))}
          {lose.length > SHOWN_MAX && <p>+{lose.length - SHOWN_MAX}</p>}
        </>
      )}
      {others.length > 0 && (
        <p className="pc-hint">
          <Trans>Their roles change, and nothing that counts today: {others.map(({ name }) => name).join(", ")}</Trans>
        </p>
      )}
    </section>
  );
}

function Lines({ name, grants }: { readonly name: string; readonly grants: GrantChanges["gained"] }): ReactElement {
  const { names } = useSession();
  return (
    <div className="pc-touched">
      <strong>{name}</strong>
      <ul className="pc-inline-list">
        {grants.slice(0, SHOWN_MAX).map(({ permission, scope, team }) => (
          <li key={`${permission} ${scope} ${team}`}>
            {names.permission(permission)} · {names.scope(scope)}
            {team && ` · ${team}`}
          </li>
        ))}
        {grants.length > SHOWN_MAX && <li>+{grants.length - SHOWN_MAX}</li>}
      </ul>
    </div>
  );
}

/** What lint finds that it did not find before. */
function Findings({ findings }: { readonly findings: readonly Finding[] }): ReactElement {
  const { t } = useLingui();
  return (
    <section aria-label={t`Worth a look`}>
      <h3 className="pc-panel-title">
        <Trans>Worth a look</Trans>
      </h3>
      {findings.slice(0, SHOWN_MAX).map((finding) => (
        <Notice key={`${finding.code} ${finding.path} ${finding.message}`} kind={finding.severity === "error" ? "danger" : finding.severity === "warning" ? "warning" : "info"}>
          <p lang="en">
            {finding.message}; {finding.cure}
          </p>
        </Notice>
      ))}
    </section>
  );
}

const SHOWN_MAX = 12;
