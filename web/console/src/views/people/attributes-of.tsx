import { Trans, useLingui } from "@lingui/react/macro";
import type { Change, OutlinedPerson } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Button } from "../../parts/button";
import { ChangeDialog } from "../../parts/change-dialog";
import { titled } from "../../state/names";
import { useSession } from "../../state/session";
import { Attributes, type Typed, valuesOf } from "./attributes";
import { useMaySet } from "./offered";

interface AttributesOfProps {
  readonly subject: { readonly type: string; readonly id: string };
  readonly person: OutlinedPerson | undefined;
}

/** What the directory says the attributes of somebody are: what grants read of whoever holds them. */
export function AttributesOf({ subject, person }: AttributesOfProps): ReactElement | null {
  const { t } = useLingui();
  const { outline } = useSession();
  const [isSetting, setSetting] = useState(false);
  const maySet = useMaySet(subject);
  if (outline.attributes.subject.length === 0) return null;
  const known = new Map(person?.attributes);
  return (
    <section className="pc-section" aria-label={t`Attributes`}>
      <div className="pc-section-head">
        <h2 className="pc-section-title">
          <Trans>Attributes</Trans>
        </h2>
        {maySet && <Button kind="quiet" onPress={() => setSetting(true)}>{t`Set attributes`}</Button>}
      </div>
      <dl className="pc-panel pc-facts">
        {outline.attributes.subject.map((name) => (
          <div key={name} className="pc-line">
            <dt className="pc-line-main">{titled(name)}</dt>
            <dd className="pc-line-meta">
              {(known.get(name) ?? []).map((value) => (
                <span key={value} className="pc-badge">
                  {value}
                </span>
              ))}
              {!known.get(name)?.length && <span className="pc-quiet">{t`not known here`}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {isSetting && <SetAttributes subject={subject} known={known} onClose={() => setSetting(false)} />}
    </section>
  );
}

interface SetAttributesProps {
  readonly subject: AttributesOfProps["subject"];
  readonly known: ReadonlyMap<string, readonly string[]>;
  readonly onClose: () => void;
}

/** Says what attributes of somebody are; those that stay as they are are no change. */
function SetAttributes({ subject, known, onClose }: SetAttributesProps): ReactElement {
  const { t } = useLingui();
  const { outline, names } = useSession();
  const declared = outline.attributes.subject;
  const [typed, setTyped] = useState<Typed>(Object.fromEntries(declared.map((name) => [name, (known.get(name) ?? []).join(", ")])));
  const given = valuesOf(typed);
  const changes = declared.flatMap((attribute): Change[] => {
    const values = [...new Set(given[attribute] ?? [])].sort();
    const before = [...(known.get(attribute) ?? [])].sort();
    return values.join("\n") === before.join("\n") ? [] : [{ operation: "attribute", subject, attribute, values }];
  });
  const who = names.subject(subject);
  return (
    <ChangeDialog title={t`Attributes of ${who}`} action={t`Set`} changes={changes} isReady={changes.length > 0} onClose={onClose}>
      <p className="pc-hint">{t`Several values: with commas between. An empty field takes the attribute away.`}</p>
      <Attributes names={declared} typed={typed} onChange={setTyped} />
    </ChangeDialog>
  );
}
