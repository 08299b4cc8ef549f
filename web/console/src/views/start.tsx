import { Trans, useLingui } from "@lingui/react/macro";
import { type FormEvent, type ReactElement, useState } from "react";

import { Button } from "../parts/button";
import { Field } from "../parts/field";
import { Notice } from "../parts/notice";
import type { Opened, Store, StoreActor } from "../store/store";

interface StartProps {
  readonly store: Store;
  readonly opened: Opened;
  readonly onChoose: (actor: StoreActor) => Promise<void>;
}

/** Asks who the console is opened as, where nothing else said so. */
export function Start({ opened, onChoose }: StartProps): ReactElement {
  const { t } = useLingui();
  const [subject, setSubject] = useState("");
  const [error, setError] = useState<string>();
  const choose = (actor: StoreActor) => onChoose(actor).catch((failure: Error) => setError(failure.message));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (subject.trim()) void choose({ subject: subject.trim() });
  };
  return (
    <main className="pc-start">
      <form className="pc-start-card" onSubmit={submit}>
        <h1 className="pc-title">
          <Trans>Who are you?</Trans>
        </h1>
        <p className="pc-lead">
          <Trans>What you may change here is what the policy lets you change, and the audit trail names you.</Trans>
        </p>
        <Field label={t`Your id`} value={subject} onChange={setSubject} autoFocus hint={t`As the directory has it: owner@acme.example, or service:ci.`} />
        {error && (
          <Notice kind="danger" isLive>
            <p lang="en">{error}</p>
          </Notice>
        )}
        <div className="pc-start-actions">
          <Button kind="primary" type="submit" isDisabled={subject.trim() === ""}>
            {t`Open`}
          </Button>
          {opened.vendor !== undefined && (
            <Button onPress={() => void choose({ vendor: opened.vendor ?? "" })}>{t`Open as the vendor`}</Button>
          )}
        </div>
      </form>
    </main>
  );
}
