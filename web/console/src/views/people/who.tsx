import { Trans, useLingui } from "@lingui/react/macro";
import type { Holder, May } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { Notice } from "../../parts/notice";
import { PageHead } from "../../parts/page-head";
import { Select } from "../../parts/select";
import { useAsked } from "../../state/asked";
import { nowSeconds, useSession } from "../../state/session";
import { dateOf } from "../../words/time";
import { Attributes, type Typed, valuesOf } from "./attributes";

/** Who may do something, to a resource of which as much may be said as is known. */
export function WhoMay(): ReactElement {
  const { t, i18n } = useLingui();
  const { outline, names, route, go } = useSession();
  const [typed, setTyped] = useState<Typed>({});
  const permission = route.item !== undefined && names.permissionOf(route.item) ? route.item : null;
  const resource = valuesOf(typed);
  const { value, error } = useAsked(
    (author) => (permission ? author.who(permission, resource, nowSeconds()) : Promise.resolve(undefined)),
    JSON.stringify([permission, resource]),
    TYPING_MS,
  );
  return (
    <>
      <PageHead title={t`Who may do this?`} lead={<Trans>Everybody of whom the policy itself says so, your unsaved changes counted.</Trans>} />
      <div className="pc-who">
        <div className="pc-panel pc-who-question">
          <Select
            label={t`Permission`}
            options={outline.permissions.map(({ name }) => ({ id: name, label: names.permission(name) }))}
            value={permission}
            onChange={(item) => go({ item })}
            placeholder={t`Choose a permission`}
          />
          {outline.attributes.resource.length > 0 && (
            <details className="pc-details">
              <summary>
                <Trans>Describe the resource</Trans>
              </summary>
              <Attributes names={outline.attributes.resource} typed={typed} onChange={setTyped} />
            </details>
          )}
        </div>
        <div className="pc-panel pc-who-answer" role="region" aria-label={t`Who may`} aria-live="polite">
          {!permission && <p className="pc-empty">{t`Choose a permission to see who may use it.`}</p>}
          {error && <p className="pc-error">{error.message}</p>}
          {value && value.features_off.length > 0 && <Notice kind="warning">{t`Nobody: off for this customer are ${value.features_off.join(", ")}.`}</Notice>}
          {value && value.features_off.length === 0 && value.may.length === 0 && <p className="pc-empty">{t`Nobody.`}</p>}
          {value && value.may.length > 0 && (
            <ul className="pc-list-plain">
              {value.may.map((may) => (
                <MayLine key={JSON.stringify(may)} may={may} />
              ))}
            </ul>
          )}
          {value && value.inactive.length > 0 && <p className="pc-hint">{t`But never, for they are not active: ${value.inactive.map((one) => ("id" in one ? one.id : "")).join(", ")}`}</p>}
        </div>
      </div>
    </>
  );

  function MayLine({ may }: { readonly may: May }): ReactElement {
    return (
      <li className="pc-line">
        <span className="pc-line-main">
          <HolderName holder={may.who} />
        </span>
        <span className="pc-line-meta">
          {may.by ? (
            <span className="pc-badge pc-badge-good">
              {names.role(may.by.role)} · {names.scope(may.by.scope)}
              {may.by.team && ` · ${may.by.team}`}
            </span>
          ) : (
            <details className="pc-details">
              <summary>
                <Trans>for some resources</Trans>
              </summary>
              <code className="pc-code">{may.filter}</code>
            </details>
          )}
          {may.until && <span className="pc-badge">{t`until ${dateOf(i18n, may.until)}`}</span>}
        </span>
      </li>
    );
  }
}

function HolderName({ holder }: { readonly holder: Holder }): ReactElement {
  const { names, href } = useSession();
  switch (holder.kind) {
    case "subject":
      return <a href={href({ view: "people", item: `${holder.type}:${holder.id}`, part: undefined })}>{names.subject(holder)}</a>;
    case "everyone":
      return <Trans>Every {holder.type}</Trans>;
    case "group":
      return <Trans>Members of {holder.id}</Trans>;
    case "claim":
      return <Trans>Whose token states {names.role(holder.role)}</Trans>;
  }
}

const TYPING_MS = 120;
