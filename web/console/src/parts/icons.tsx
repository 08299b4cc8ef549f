import type { ReactElement } from "react";

/** Strokes of icons on a grid of 24. */
const PATHS = {
  roles: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4",
  people: "M16 19v-1a4 4 0 0 0-4-4H7a4 4 0 0 0-4 4v1M9.500 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6M21 19v-1a4 4 0 0 0-3-3.800M16 4.200a3 3 0 0 1 0 5.600",
  who: "M12 17h.01M9.200 9a3 3 0 0 1 5.800 1c0 2-3 2.500-3 4M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  compare: "M9 4H5v16h4M15 4h4v16h-4M12 2v20",
  matrix: "M4 4h16v16H4zM4 10h16M4 15h16M10 4v16M15 4v16",
  audit: "M12 8v4l3 2M3.500 9a9 9 0 1 1-.5 4M3 4v5h5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M20 20l-4-4",
  plus: "M12 5v14M5 12h14",
  more: "M12 6h.01M12 12h.01M12 18h.01",
  chevron: "M9 6l6 6-6 6",
  down: "M6 9l6 6 6-6",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  check: "M5 12l5 5 9-10",
  close: "M6 6l12 12M18 6L6 18",
  undo: "M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4",
  redo: "M16 5l4 4-4 4M20 9H10a5 5 0 0 0 0 10h4",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  info: "M12 11v5M12 8h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  reset: "M4 5v5h5M4.500 10a8 8 0 1 1-.5 4",
  group: "M12 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M6 20v-1a4 4 0 0 1 4-4h4a4 4 0 0 1 4 4v1",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  print: "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z",
  eye: "M2.500 12C5 7.500 8.500 5.500 12 5.500S19 7.500 21.500 12c-2.500 4.500-6 6.500-9.500 6.500S5 16.500 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  gain: "M12 19V6M6 11l6-6 6 6",
  lose: "M12 5v13M6 13l6 6 6-6",
  offline: "M4 4l16 16M8.500 16.500a5 5 0 0 1 6.500-.5M5 13a10 10 0 0 1 5-2.800M19 13a10 10 0 0 0-2.500-1.800M2 9.500A15 15 0 0 1 7 6.500M22 9.500A15 15 0 0 0 11 5.500",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside words: it says nothing by itself. */
export function Icon({ name }: { readonly name: IconName }): ReactElement {
  return (
    <svg className="pc-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
