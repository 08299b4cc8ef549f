import { useLingui } from "@lingui/react/macro";
import type { Change, Refusal } from "@portcullis/author";
import { type FormEvent, type ReactElement, type ReactNode, useState } from "react";

import { nowSeconds, useSession } from "../state/session";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Impact } from "./impact";
import { Refused } from "./refused";

interface ChangeDialogProps {
  readonly title: string;
  readonly action: string;
  readonly changes: readonly Change[];
  readonly isReady?: boolean;
  readonly isDangerous?: boolean;
  /** Whether it shows whom the changes touch before they are added. */
  readonly hasImpact?: boolean;
  readonly onClose: () => void;
  readonly onDone?: () => void;
  readonly children: ReactNode;
}

/** A form whose changes are tried first: what is refused stays in the form, with the reason. */
export function ChangeDialog({ title, action, changes, isReady = true, isDangerous = false, hasImpact = false, onClose, onDone, children }: ChangeDialogProps): ReactElement {
  const { t } = useLingui();
  const { author, dispatch } = useSession();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    const refusals = await author.tries(changes, nowSeconds());
    const refused = refusals.find((one) => one !== null);
    if (refused) {
      setRefusal(refused);
      return;
    }
    dispatch({ type: "added", changes });
    onClose();
    onDone?.();
  };
  return (
    <Dialog title={title} onClose={onClose} isAlert={isDangerous}>
      <form className="pc-form" onSubmit={submit}>
        {children}
        {hasImpact && isReady && <Impact changes={changes} />}
        {refusal && <Refused refusal={refusal} />}
        <footer className="pc-dialog-foot">
          <Button kind="plain" onPress={onClose}>
            {t`Cancel`}
          </Button>
          <Button kind={isDangerous ? "danger" : "primary"} type="submit" isDisabled={!isReady}>
            {action}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
