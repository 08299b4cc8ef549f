import { Trans, useLingui } from "@lingui/react/macro";
import type { AuthzenSubject } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Select } from "../../parts/select";
import { useAsked } from "../../state/asked";
import { nowSeconds, useSession } from "../../state/session";
import { Attributes, type Typed, valuesOf } from "./attributes";
import { ExplainedAnswer } from "./explained-answer";

/** What somebody may do to a resource that is described. */
export function AskedQuestion({ subject }: { readonly subject: AuthzenSubject }): ReactElement {
  const { t } = useLingui();
  const { outline, names } = useSession();
  const open = outline.permissions.map(({ name }) => ({ id: name, label: names.permission(name) }));
  const [permission, setPermission] = useState<string | null>(null);
  const [typed, setTyped] = useState<Typed>({});
  const known = names.permissionOf(permission ?? "");
  const request = known && {
    subject,
    action: { name: known.action },
    resource: { type: known.module, id: "the-resource", properties: valuesOf(typed) },
  };
  const { value, error } = useAsked((author) => (request ? author.explain(request, nowSeconds()) : Promise.resolve(undefined)), JSON.stringify(request ?? null), TYPING_MS);
  return (
    <div className="pc-panel pc-see-question">
      <h3 className="pc-panel-title">
        <Trans>May they …</Trans>
      </h3>
      <Select label={t`Permission`} options={open} value={permission} onChange={setPermission} placeholder={t`Choose a permission`} />
      {known && outline.attributes.resource.length > 0 && (
        <details className="pc-details" open>
          <summary>
            <Trans>Describe the resource</Trans>
          </summary>
          <Attributes names={outline.attributes.resource} typed={typed} onChange={setTyped} />
        </details>
      )}
      {error && <p className="pc-error">{error.message}</p>}
      {value && <ExplainedAnswer explanation={value} subject={subject} />}
    </div>
  );
}

const TYPING_MS = 120;
