import { Can, useAccess, useView } from "@portcullis/edge/react";
import { type ReactNode, useLayoutEffect } from "react";

/** Shows by whom the page is shown, and notes every frame that its reader sees. */
export function App({ permission, seen }: { readonly permission: string; readonly seen?: (frame: string) => void }): ReactNode {
  const { status } = useAccess();
  const view = useView();
  const by = view && ("check" in view ? "the engine" : "a snapshot");
  const shown = `${status} by ${by ?? "nothing"}: ${view?.can(permission) ? "yes" : "no"}`;
  useLayoutEffect(() => seen?.(shown));
  return (
    <main>
      {shown}, <Can I={permission} pending="pending" denied="no">yes</Can>
    </main>
  );
}
