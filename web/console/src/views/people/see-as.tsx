import { Trans, useLingui } from "@lingui/react/macro";
import type { AuthzenSubject, OutlinedPerson } from "@portcullis/author";
import { type ReactElement, useState } from "react";

import { useAsked } from "../../state/asked";
import { nowSeconds, useSession } from "../../state/session";
import { AskedQuestion } from "./asked-question";
import { Attributes, type Typed, valuesOf } from "./attributes";
import { MenuOf } from "./menu-of";

interface SeeAsProps {
  readonly subject: { readonly type: string; readonly id: string };
  readonly person: OutlinedPerson | undefined;
}

/** The product as somebody sees it, with the changes that are not saved yet. */
export function SeeAs({ subject, person }: SeeAsProps): ReactElement {
  const { t } = useLingui();
  const { outline, names } = useSession();
  const declared = outline.attributes.subject.filter((name) => !outline.attributes.directory_only.includes(name));
  const [typed, setTyped] = useState<Typed>(() => Object.fromEntries((person?.attributes ?? []).map(([name, values]) => [name, values.join(", ")])));
  const asked: AuthzenSubject = { ...subject, properties: valuesOf(typed) };
  const key = JSON.stringify(asked);
  const menu = useAsked((author) => author.menu(asked, nowSeconds()), key, TYPING_MS);
  const name = names.subject(subject);
  return (
    <section className="pc-section" aria-label={t`See as ${name}`}>
      <h2 className="pc-section-title">
        <Trans>See as {name}</Trans>
      </h2>
      <p className="pc-hint">
        <Trans>What they see and may do, your unsaved changes counted.</Trans>
      </p>
      {declared.length > 0 && (
        <details className="pc-details">
          <summary>
            <Trans>What their token says besides</Trans>
          </summary>
          <Attributes names={declared} typed={typed} onChange={setTyped} />
        </details>
      )}
      <div className="pc-see">
        <MenuOf menu={menu.value ?? []} />
        <AskedQuestion subject={asked} />
      </div>
    </section>
  );
}

const TYPING_MS = 120;
