/** A dialog: the focus stays in it and comes back, Escape closes it. On a phone it rises from the bottom. */

import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Dialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { useWords } from "../i18n/language";
import { Icon } from "./icon";

interface WindowProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  role?: "dialog" | "alertdialog";
  children: ReactNode;
}

export function Window({ title, isOpen, onClose, role = "dialog", children }: WindowProps): ReactNode {
  const { documents } = useWords();
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className="modal">
        <Dialog className="dialog" role={role}>
          <header className="dialog-head">
            <Heading slot="title">{title}</Heading>
            <Button className="button plain icon-only" aria-label={documents.cancel} onPress={onClose}>
              <Icon name="close" />
            </Button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
