import { useLingui } from "@lingui/react/macro";
import type { ReactElement, ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

import { IconButton } from "./button";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly isWide?: boolean;
  readonly isAlert?: boolean;
}

/** A dialog over the page, for as long as it is rendered. */
export function Dialog({ title, onClose, children, isWide = false, isAlert = false }: DialogProps): ReactElement {
  const { t } = useLingui();
  return (
    <ModalOverlay className="pc-overlay" isOpen onOpenChange={(open) => !open && onClose()} isDismissable={!isAlert}>
      <Modal className={isWide ? "pc-modal pc-modal-wide" : "pc-modal"}>
        <AriaDialog className="pc-dialog" role={isAlert ? "alertdialog" : "dialog"}>
          <header className="pc-dialog-head">
            <Heading slot="title" className="pc-dialog-title">
              {title}
            </Heading>
            <IconButton icon="close" label={t`Close`} onPress={onClose} />
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
