import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactElement, useState } from "react";
import { Checkbox } from "react-aria-components";

import { Icon } from "../../parts/icons";
import { PageHead } from "../../parts/page-head";
import { Rows } from "../../parts/rows";
import { Select } from "../../parts/select";
import { useAsked } from "../../state/asked";
import { useSession } from "../../state/session";

/** Two roles beside each other. */
export function Compare(): ReactElement {
  const { t } = useLingui();
  const { outline, names, route, go } = useSession();
  const [onlyDifferent, setOnlyDifferent] = useState(true);
  const one = names.roleOf(route.item ?? "") ? (route.item as string) : (outline.roles[0]?.id ?? "");
  const other = names.roleOf(route.part ?? "") ? (route.part as string) : (outline.roles.find(({ id }) => id !== one)?.id ?? one);
  const { value: matrix } = useAsked((author) => author.matrix([...new Set([one, other])]), `${one} ${other}`);
  // The columns are in the policy's order, whatever order they were asked for in.
  const first = matrix?.roles.findIndex(({ role }) => role === one) ?? -1;
  const second = matrix?.roles.findIndex(({ role }) => role === other) ?? -1;
  const rows = (matrix?.rows ?? [])
    .filter(({ open }) => open)
    .map(({ module, action, cells }) => ({ name: `${module}:${action}`, left: cells[first] ?? [], right: cells[second] ?? [] }));
  const different = rows.filter(({ left, right }) => left.join() !== right.join());
  const shown = onlyDifferent ? different : rows;
  const options = outline.roles.map(({ id }) => ({ id, label: names.role(id) }));
  return (
    <>
      <PageHead title={t`Compare roles`} lead={<Trans>What one role grants and the other does not.</Trans>} />
      <div className="pc-toolbar pc-compare-choice">
        <Select label={t`One role`} options={options} value={one} onChange={(item) => go({ item, part: other })} />
        <Select label={t`Another role`} options={options} value={other} onChange={(part) => go({ item: one, part })} />
        <Checkbox className="pc-check" isSelected={onlyDifferent} onChange={setOnlyDifferent}>
          <span className="pc-check-box">
            <Icon name="check" />
          </span>
          <Trans>Differences only</Trans>
        </Checkbox>
      </div>
      {matrix && shown.length === 0 ? (
        <p className="pc-empty">{t`They grant the same.`}</p>
      ) : (
        <div className="pc-table pc-table-compare" role="table" aria-label={t`Compare roles`} aria-rowcount={shown.length + 1} aria-colcount={3}>
          <div role="rowgroup">
            <div role="row" className="pc-row pc-row-head" aria-rowindex={1}>
              <div role="columnheader" className="pc-cell">{t`Permission`}</div>
              <div role="columnheader" className="pc-cell">{names.role(one)}</div>
              <div role="columnheader" className="pc-cell">{names.role(other)}</div>
            </div>
          </div>
          <Rows count={shown.length} estimate={44}>
            {(index) => {
              const row = shown[index];
              if (!row) return null;
              const { name, left, right } = row;
              return (
                <div role="row" className="pc-row" aria-rowindex={index + 2} data-different={left.join() !== right.join() || undefined}>
                  <div role="rowheader" className="pc-cell pc-cell-name">
                    {names.permission(name)}
                  </div>
                  <Scopes scopes={left} others={right} role={names.role(one)} />
                  <Scopes scopes={right} others={left} role={names.role(other)} />
                </div>
              );
            }}
          </Rows>
        </div>
      )}
    </>
  );
}

function Scopes({ scopes, others, role }: { readonly scopes: readonly string[]; readonly others: readonly string[]; readonly role: string }): ReactElement {
  const { names } = useSession();
  return (
    <div role="cell" className="pc-cell" data-kind={role}>
      {scopes.length === 0 ? (
        <span className="pc-quiet">–</span>
      ) : (
        scopes.map((scope) => (
          <span key={scope} className={others.includes(scope) ? "pc-badge" : "pc-badge pc-badge-good"}>
            {names.scope(scope)}
          </span>
        ))
      )}
    </div>
  );
}
