import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './Button.tsx'
import { cx } from './cx.ts'
import styles from './Dialog.module.css'

interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  /** Buttons at the foot, the main one last. */
  readonly actions?: ReactNode
  /** For tables and other things that need room. */
  readonly isWide?: boolean
}

/** A small question that must be answered first. Prefer a Sheet, and an act that can be undone to a question. */
export function Dialog(props: DialogProps) {
  return <Panel {...props} overlay={styles.centre as string} panel={cx(styles.box, props.isWide && styles.wide)} />
}

/** A side sheet: the room stays in view beside it. */
export function Sheet(props: DialogProps) {
  return <Panel {...props} overlay={styles.side as string} panel={styles.sheet as string} />
}

function Panel({
  title,
  isOpen,
  onClose,
  children,
  actions,
  overlay,
  panel,
}: DialogProps & { readonly overlay: string; readonly panel: string }) {
  const { t } = useTranslation()
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className={cx(styles.overlay, overlay)}
    >
      <Modal className={panel}>
        <AriaDialog className={styles.dialog as string}>
          <header className={styles.header}>
            <Heading slot="title" className={styles.title as string}>
              {title}
            </Heading>
            <IconButton icon={<X size={16} />} label={t('close')} size="small" onPress={onClose} />
          </header>
          <div className={styles.body}>{children}</div>
          {actions !== undefined && <footer className={styles.actions}>{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
