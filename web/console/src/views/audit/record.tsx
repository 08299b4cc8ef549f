import { Trans, useLingui } from "@lingui/react/macro";
import type { Difference } from "@portcullis/author";
import type { ReactElement } from "react";
import { Button, Disclosure, DisclosurePanel, Heading } from "react-aria-components";

import { Icon } from "../../parts/icons";
import { useSession } from "../../state/session";
import type { LoggedRecord } from "../../store/store";
import { OPERATIONS } from "../../words/operation";
import { momentOf } from "../../words/time";
import { actorWords, targetWords } from "./words";

/** One record: folded what was done, unfolded what it changed. */
export function AuditRecord({ record }: { readonly record: LoggedRecord }): ReactElement {
  const { i18n } = useLingui();
  const { names } = useSession();
  return (
    <li>
      <Disclosure className="pc-record">
        <Heading className="pc-record-head" level={2}>
          <Button slot="trigger" className="pc-record-button">
            <Icon name="chevron" />
            <span className="pc-record-what">
              {i18n._(OPERATIONS[record.operation])} <span className="pc-quiet">{targetWords(names, record)}</span>
            </span>
            <span className="pc-record-who">{actorWords(record)}</span>
            <time className="pc-record-when" dateTime={new Date(record.time * 1000).toISOString()}>
              {momentOf(i18n, record.time)}
            </time>
          </Button>
        </Heading>
        <DisclosurePanel className="pc-record-panel">
          <Differences changes={record.changes ?? []} />
          <p className="pc-hint">
            <Trans>
              Record {record.sequence}; policy <code>{record.policy.after.slice(0, 12)}</code> after, <code>{record.policy.before.slice(0, 12)}</code> before
            </Trans>
          </p>
        </DisclosurePanel>
      </Disclosure>
    </li>
  );
}

/** What changed, place by place: before and after. */
export function Differences({ changes }: { readonly changes: readonly Difference[] }): ReactElement | null {
  const { t } = useLingui();
  if (changes.length === 0) return null;
  return (
    <div className="pc-diffs">
      {changes.map((change) => (
        <div key={change.path} className="pc-diff">
          <code className="pc-diff-path">{change.path}</code>
          <Side label={t`Before`} kind="before" value={change.before} />
          <Side label={t`After`} kind="after" value={change.after} />
        </div>
      ))}
    </div>
  );
}

function Side({ label, kind, value }: { readonly label: string; readonly kind: "before" | "after"; readonly value: unknown }): ReactElement {
  const { t } = useLingui();
  return (
    <div className={`pc-diff-side pc-diff-${kind}`}>
      <span className="pc-diff-label">{label}</span>
      {value === undefined ? <span className="pc-quiet">{t`nothing`}</span> : <pre className="pc-code">{JSON.stringify(value, null, 1)}</pre>}
    </div>
  );
}
