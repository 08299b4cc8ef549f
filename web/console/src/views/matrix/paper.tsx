import { useLingui } from "@lingui/react/macro";
import type { Matrix } from "@portcullis/author";
import { type ReactElement, useEffect } from "react";
import { createPortal } from "react-dom";

import { useSession } from "../../state/session";

interface PaperProps {
  readonly matrix: Matrix;
  readonly rows: Matrix["rows"];
  readonly onPrinted: () => void;
}

/** The matrix as a plain table, for as long as it is printed: paper has no cells out of sight. */
export function Paper({ matrix, rows, onPrinted }: PaperProps): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  useEffect(() => {
    window.addEventListener("afterprint", onPrinted, { once: true });
    window.print();
    return () => window.removeEventListener("afterprint", onPrinted);
  }, [onPrinted]);
  return createPortal(
    <div className="pc-paper">
      <h1>
        {matrix.catalog} · {matrix.tenant}
      </h1>
      <table>
        <thead>
          <tr>
            <th scope="col">{t`Permission`}</th>
            {matrix.roles.map(({ role }) => (
              <th key={role} scope="col">
                {names.role(role)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ module, action, cells }) => (
            <tr key={`${module}:${action}`}>
              <th scope="row">{names.permission(`${module}:${action}`)}</th>
              {matrix.roles.map(({ role }, index) => (
                <td key={role}>{names.scopes(cells[index] ?? []).join(", ")}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>,
    document.body,
  );
}
