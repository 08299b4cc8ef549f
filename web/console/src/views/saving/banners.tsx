import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ReactElement } from "react";

import { Button } from "../../parts/button";
import { Notice } from "../../parts/notice";
import { Refused } from "../../parts/refused";
import { useSession } from "../../state/session";
import { OPERATIONS } from "../../words/operation";
import { momentOf } from "../../words/time";
import { actorWords, targetWords } from "../audit/words";

/** What stands in the way of saving: somebody else saved first, or the store does not answer. */
export function Banners(): ReactElement {
  return (
    <div className="pc-banners">
      <Unreachable />
      <Conflict />
      <Failed />
    </div>
  );
}

function Unreachable(): ReactElement | null {
  const { draft, reachable } = useSession();
  if (reachable) return null;
  return (
    <Notice kind="warning" isLive>
      <strong>
        <Trans>The connection is lost.</Trans>
      </strong>
      <p>
        {draft.changes.length > 0 ? (
          <Trans>Your changes are kept in this browser, and you can go on. It is tried again by itself.</Trans>
        ) : (
          <Trans>It is tried again by itself.</Trans>
        )}
      </p>
    </Notice>
  );
}

function Conflict(): ReactElement | null {
  const { t, i18n } = useLingui();
  const { draft, dispatch, names } = useSession();
  const { conflict, saved } = draft;
  if (!conflict) return null;
  const at = conflict.records.findIndex((record) => record.policy.before === saved.digest);
  const records = at < 0 ? [] : conflict.records.slice(at);
  return (
    <Notice
      kind="warning"
      isLive
      actions={
        <>
          <Button kind="primary" onPress={() => dispatch({ type: "merged" })}>{t`Merge my changes`}</Button>
          <Button onPress={() => dispatch({ type: "discarded" })}>{t`Discard mine`}</Button>
        </>
      }
    >
      <strong>
        <Trans>Somebody else changed this policy meanwhile.</Trans>
      </strong>
      {records.length > 0 ? (
        <ul className="pc-conflict">
          {records.slice(-SHOWN_MAX).map((record) => (
            <li key={record.sequence}>
              {actorWords(record)}: {i18n._(OPERATIONS[record.operation])} {targetWords(names, record)} <span className="pc-quiet">{momentOf(i18n, record.time)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p>
          <Trans>It was changed by other means: the audit trail does not say how.</Trans>
        </p>
      )}
      <p>
        <Plural value={draft.changes.length} one="To merge makes your # change again on top of theirs, and shows you what does not fit." other="To merge makes your # changes again on top of theirs, and shows you what does not fit." />
      </p>
    </Notice>
  );
}

function Failed(): ReactElement | null {
  const { t } = useLingui();
  const { saving, save } = useSession();
  if (saving.state === "refused") return <Refused refusal={saving.refusal} />;
  if (saving.state !== "failed") return null;
  return (
    <Notice kind="danger" isLive actions={<Button onPress={() => void save()}>{t`Try again`}</Button>}>
      <strong>
        <Trans>It could not be saved. Nothing is lost.</Trans>
      </strong>
      <p lang="en">{saving.message}</p>
    </Notice>
  );
}

const SHOWN_MAX = 8;
