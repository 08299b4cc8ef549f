import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { type ReactElement, useEffect, useState } from "react";

import { Button, IconButton } from "../../parts/button";
import { useSession } from "../../state/session";
import { Review } from "./review";

/** The changes that are not saved, at the foot of every view: looked at, undone or saved. */
export function SavingBar(): ReactElement | null {
  const { t } = useLingui();
  const { draft, dispatch, saving, save, refusals, applied } = useSession();
  const [isReviewing, setReviewing] = useState(false);
  const count = draft.changes.length;
  const refused = applied === draft.changes ? refusals.filter((refusal) => refusal !== null).length : 0;
  const canUndo = draft.undo.length > 0;
  const canRedo = draft.redo.length > 0;
  const isSaving = saving.state === "saving";

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    // The draft is kept, but a save under way is best seen to its end.
    if (isSaving) window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isSaving]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping(event.target)) return;
      const key = event.key.toLowerCase();
      if (key === "z") dispatch({ type: event.shiftKey ? "redone" : "undone" });
      else if (key === "y") dispatch({ type: "redone" });
      else if (key === "s" && count > 0) setReviewing(true);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [dispatch, count]);

  if (count === 0 && !canRedo && saving.state !== "saved") return null;
  return (
    <>
      <section className="pc-bar" aria-label={t`Unsaved changes`}>
        <p className="pc-bar-words" role="status">
          {isSaving ? (
            <Trans>Saving …</Trans>
          ) : count > 0 ? (
            <>
              <strong>
                <Plural value={count} one="# unsaved change" other="# unsaved changes" />
              </strong>
              {refused > 0 && (
                <span className="pc-bar-refused">
                  <Plural value={refused} one="# is refused" other="# are refused" />
                </span>
              )}
            </>
          ) : saving.state === "saved" ? (
            <Trans>Saved</Trans>
          ) : (
            <Trans>Nothing unsaved</Trans>
          )}
        </p>
        <div className="pc-bar-actions">
          <IconButton icon="undo" label={t`Undo`} isDisabled={!canUndo || isSaving} onPress={() => dispatch({ type: "undone" })} />
          <IconButton icon="redo" label={t`Redo`} isDisabled={!canRedo || isSaving} onPress={() => dispatch({ type: "redone" })} />
          {count > 0 && (
            <>
              <Button isDisabled={isSaving} onPress={() => setReviewing(true)}>{t`Before saving`}</Button>
              <Button kind="primary" isDisabled={isSaving || refused > 0 || draft.conflict !== null} onPress={() => void save()}>{t`Save`}</Button>
            </>
          )}
        </div>
      </section>
      {isReviewing && count > 0 && <Review onClose={() => setReviewing(false)} />}
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement ? target.type !== "checkbox" : target instanceof HTMLTextAreaElement;
}
