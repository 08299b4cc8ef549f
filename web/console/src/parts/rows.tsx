import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Fragment, type ReactElement, type ReactNode, useLayoutEffect, useRef, useState } from "react";

interface RowsProps {
  readonly count: number;
  /** How tall a row is about, in pixels. */
  readonly estimate: number;
  readonly children: (index: number) => ReactNode;
}

/** The rows of a table: all where they are few, and otherwise those that are in sight. */
export function Rows(props: RowsProps): ReactElement {
  if (props.count > ALL_MAX) return <RowsInSight {...props} />;
  const { count, children } = props;
  return (
    <div role="rowgroup">
      {Array.from({ length: count }, (_, index) => (
        <Fragment key={index}>{children(index)}</Fragment>
      ))}
    </div>
  );
}

function RowsInSight({ count, estimate, children }: RowsProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => {
    const top = box.current?.getBoundingClientRect().top ?? 0;
    setScrollMargin(top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({ count, estimateSize: () => estimate, overscan: 12, scrollMargin });
  return (
    <div role="rowgroup" ref={box} className="pc-rows" style={{ blockSize: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, key, start }) => (
        <div key={key} role="presentation" data-index={index} ref={virtualizer.measureElement} className="pc-rows-one" style={{ transform: `translateY(${start - scrollMargin}px)` }}>
          {children(index)}
        </div>
      ))}
    </div>
  );
}

/** So many take no time to lay out, and can be searched and printed by the browser. */
const ALL_MAX = 240;
