import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type ReactElement, useMemo, useState } from "react";

import { Button } from "../../parts/button";
import { download } from "../../parts/download";
import { Field } from "../../parts/field";
import { PageHead } from "../../parts/page-head";
import { matches, Search } from "../../parts/search";
import { Select } from "../../parts/select";
import { useSession } from "../../state/session";
import type { LoggedRecord } from "../../store/store";
import { OPERATIONS } from "../../words/operation";
import { csvOf } from "./csv";
import { AuditRecord } from "./record";
import { actorWords, targetWords } from "./words";

/** Who changed what, and when: the newest first. */
export function Audit(): ReactElement {
  const { t, i18n } = useLingui();
  const { draft, names, outline, archive } = useSession();
  const [search, setSearch] = useState("");
  const [operation, setOperation] = useState(ANY);
  const [actor, setActor] = useState(ANY);
  const [since, setSince] = useState("");
  const [shownMax, setShownMax] = useState(PAGE);
  const { records } = draft.saved;
  const actors = useMemo(() => [...new Set(records.map((record) => actorWords(record)))].sort(), [records]);
  const operations = useMemo(() => [...new Set(records.map((record) => record.operation))], [records]);
  const from = since ? Date.parse(`${since}T00:00:00`) / 1000 : 0;
  const found = records
    .filter((record) => operation === ANY || record.operation === operation)
    .filter((record) => actor === ANY || actorWords(record) === actor)
    .filter((record) => record.time >= from && matches(search, actorWords(record), targetWords(names, record), i18n._(OPERATIONS[record.operation])))
    .toReversed();
  const file = `${outline.catalog}-${outline.tenant}-audit`;
  return (
    <>
      <PageHead
        title={t`Audit trail`}
        lead={<Trans>Every change that was saved, whoever made it and however.</Trans>}
        actions={
          <>
            <Button icon="download" onPress={() => download(`${file}.csv`, "text/csv", csvOf(found))}>{t`CSV`}</Button>
            <Button icon="download" onPress={() => download(`${file}.json`, "application/json", JSON.stringify(found, null, 2))}>{t`JSON`}</Button>
            {archive && (
              <a className="pc-button pc-button-plain" href={archive} download>
                {t`Archive`}
              </a>
            )}
          </>
        }
      >
        <Search label={t`Search the audit trail`} value={search} onChange={setSearch} />
        <Select
          label={t`Operation`}
          isLabelHidden
          value={operation}
          onChange={setOperation}
          options={[{ id: ANY, label: t`Every operation` }, ...operations.map((id) => ({ id, label: i18n._(OPERATIONS[id]) }))]}
        />
        <Select label={t`Actor`} isLabelHidden value={actor} onChange={setActor} options={[{ id: ANY, label: t`Everybody` }, ...actors.map((id) => ({ id, label: id }))]} />
        <Field label={t`Since`} type="date" value={since} onChange={setSince} />
      </PageHead>
      <p className="pc-hint" role="status">
        <Plural value={found.length} _0="No record" one="# record" other="# records" />
      </p>
      {found.length > 0 && (
        <ol className="pc-list-plain pc-panel pc-audit">
          {found.slice(0, shownMax).map((record: LoggedRecord) => (
            <AuditRecord key={record.sequence} record={record} />
          ))}
        </ol>
      )}
      {found.length > shownMax && <Button onPress={() => setShownMax(shownMax + PAGE)}>{t`Show more`}</Button>}
    </>
  );
}

const ANY = "\u0000any";
const PAGE = 100;
