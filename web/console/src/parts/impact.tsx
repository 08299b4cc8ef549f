import { Plural, Trans } from "@lingui/react/macro";
import type { Change } from "@portcullis/author";
import type { ReactElement } from "react";

import { useAsked } from "../state/asked";
import { nowSeconds, useSession } from "../state/session";

/** Whom of the directory changes would touch, before they are made: a dry run. */
export function Impact({ changes }: { readonly changes: readonly Change[] }): ReactElement | null {
  const { names } = useSession();
  const { value } = useAsked((author) => author.impacts(changes, nowSeconds()), JSON.stringify(changes), TYPING_MS);
  if (!value) return null;
  if (value.length === 0) {
    return (
      <p className="pc-hint">
        <Trans>It touches nobody of the directory as it stands; whom a token puts in the group it does.</Trans>
      </p>
    );
  }
  return (
    <div className="pc-impact">
      <p>
        <Plural value={value.length} one="It touches # person:" other="It touches # people:" />
      </p>
      <ul className="pc-list-plain">
        {value.slice(0, SHOWN_MAX).map(({ subject, gained, lost }) => (
          <li key={`${subject.type}:${subject.id}`}>
            <strong>{names.subject(subject)}</strong>{" "}
            <span className="pc-quiet">
              +{gained.length} −{lost.length}
            </span>
          </li>
        ))}
        {value.length > SHOWN_MAX && <li>+{value.length - SHOWN_MAX}</li>}
      </ul>
    </div>
  );
}

const TYPING_MS = 150;
const SHOWN_MAX = 6;
