import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactElement, useState } from "react";

import { Button } from "../../parts/button";
import { download } from "../../parts/download";
import { PageHead } from "../../parts/page-head";
import { matches, Search } from "../../parts/search";
import { useAsked } from "../../state/asked";
import { useSession } from "../../state/session";
import { Grid } from "./grid";
import { Paper } from "./paper";

/** Every role against every permission. */
export function MatrixView(): ReactElement {
  const { t } = useLingui();
  const { names, outline, author } = useSession();
  const [search, setSearch] = useState("");
  const [isPrinting, setPrinting] = useState(false);
  const { value: matrix } = useAsked((asked) => asked.matrix([]), "matrix");
  const rows = (matrix?.rows ?? []).filter(({ open, module, action }) => open && matches(search, names.permission(`${module}:${action}`), `${module}:${action}`));
  const file = `${outline.catalog}-${outline.tenant}`;
  const csv = async () => download(`${file}.csv`, "text/csv", await author.matrixAs("csv", []));
  return (
    <>
      <PageHead
        title={t`Matrix`}
        lead={<Trans>Who may do what: every role against every permission of the modules that are on.</Trans>}
        actions={
          <>
            <Button icon="print" onPress={() => setPrinting(true)}>{t`Print`}</Button>
            <Button icon="download" onPress={csv}>{t`CSV`}</Button>
          </>
        }
      >
        <Search label={t`Search permissions`} value={search} onChange={setSearch} />
      </PageHead>
      {matrix && (rows.length === 0 ? <p className="pc-empty">{t`No permission matches.`}</p> : <Grid matrix={matrix} rows={rows} />)}
      {matrix && isPrinting && <Paper matrix={matrix} rows={rows} onPrinted={() => setPrinting(false)} />}
    </>
  );
}
