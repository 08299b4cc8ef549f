import { useLingui } from "@lingui/react/macro";
import type { Matrix } from "@portcullis/author";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactElement, useRef, useState } from "react";

import { useSession } from "../../state/session";

interface GridProps {
  readonly matrix: Matrix;
  readonly rows: Matrix["rows"];
}

/** Roles as columns, permissions as rows; of many only those in sight are there. Arrows move from cell to cell. */
export function Grid({ matrix, rows }: GridProps): ReactElement {
  const { t } = useLingui();
  const { names } = useSession();
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<readonly [number, number]>([0, 0]);
  const { roles } = matrix;
  const across = useVirtualizer({ horizontal: true, count: roles.length, getScrollElement: () => box.current, estimateSize: () => COLUMN, overscan: 3 });
  const down = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: 12 });
  const columns = across.getVirtualItems();
  const lines = down.getVirtualItems();

  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const row = clamped(at[0] + step[0], rows.length);
    const column = clamped(at[1] + step[1], roles.length);
    setAt([row, column]);
    down.scrollToIndex(row);
    across.scrollToIndex(column);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-at="${row} ${column}"]`)?.focus());
  };
  return (
    <div className="pc-matrix" ref={box}>
      <div
        role="grid"
        aria-label={t`Matrix`}
        aria-rowcount={rows.length + 1}
        aria-colcount={roles.length + 1}
        aria-readonly="true"
        className="pc-matrix-sheet"
        style={{ blockSize: HEAD + rows.length * ROW, inlineSize: `calc(var(--pc-matrix-names) + ${roles.length * COLUMN}px)` }}
        onKeyDown={move}
      >
        <div role="row" aria-rowindex={1} className="pc-matrix-head">
          <div role="columnheader" aria-colindex={1} className="pc-matrix-corner">
            {t`Permission`}
          </div>
          {columns.map(({ index, start }) => (
            <div key={index} role="columnheader" aria-colindex={index + 2} className="pc-matrix-role" style={{ insetInlineStart: `calc(var(--pc-matrix-names) + ${start}px)` }}>
              {names.role(roles[index]?.role ?? "")}
            </div>
          ))}
        </div>
        {lines.map((line) => {
          const row = rows[line.index];
          if (!row) return null;
          const name = `${row.module}:${row.action}`;
          return (
            <div key={name} role="row" aria-rowindex={line.index + 2} className="pc-matrix-row" style={{ insetBlockStart: HEAD + line.start }}>
              <div role="rowheader" aria-colindex={1} className="pc-matrix-name" title={names.permission(name)}>
                <span className="pc-matrix-module">{names.path(row.module)}</span> {names.action(name)}
              </div>
              {columns.map(({ index, start }) => (
                <div
                  key={index}
                  role="gridcell"
                  aria-colindex={index + 2}
                  className="pc-matrix-cell"
                  data-held={(row.cells[index]?.length ?? 0) > 0 || undefined}
                  data-at={`${line.index} ${index}`}
                  tabIndex={at[0] === line.index && at[1] === index ? 0 : -1}
                  onFocus={() => setAt([line.index, index])}
                  style={{ insetInlineStart: `calc(var(--pc-matrix-names) + ${start}px)` }}
                >
                  {names.scopes(row.cells[index] ?? []).join(", ") || <span className="pc-quiet">–</span>}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const clamped = (index: number, count: number) => Math.min(Math.max(index, 0), count - 1);

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  PageDown: [12, 0],
  PageUp: [-12, 0],
  Home: [0, -10_000],
  End: [0, 10_000],
};
const COLUMN = 148;
const ROW = 40;
const HEAD = 56;
