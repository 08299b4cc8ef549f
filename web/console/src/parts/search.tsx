import { useLingui } from "@lingui/react/macro";
import type { ReactElement } from "react";
import { Button, Input, SearchField } from "react-aria-components";

import { Icon } from "./icons";

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** A field that narrows what is shown. */
export function Search({ label, value, onChange }: SearchProps): ReactElement {
  const { t } = useLingui();
  return (
    <SearchField aria-label={label} value={value} onChange={onChange} className="pc-search">
      <Icon name="search" />
      <Input className="pc-search-input" placeholder={label} />
      <Button className="pc-search-clear" aria-label={t`Clear the search`}>
        <Icon name="close" />
      </Button>
    </SearchField>
  );
}

/** Says whether each word of a search is in one of the texts. */
export function matches(search: string, ...texts: readonly (string | undefined)[]): boolean {
  const all = texts.join(" ").toLocaleLowerCase();
  return search.toLocaleLowerCase().split(/\s+/).every((word) => all.includes(word));
}
