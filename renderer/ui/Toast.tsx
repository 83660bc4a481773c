import { CircleAlert, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import {
  Button as AriaButton,
  Text,
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './Toast.module.css'

type ToastMessage =
  | { readonly kind: 'info'; readonly text: string; readonly action?: ToastAction }
  | { readonly kind: 'error'; readonly text: ReactNode; readonly id: string }

export interface ToastAction {
  readonly label: string
  readonly run: () => void
}

const queue = new ToastQueue<ToastMessage>({ maxVisibleToasts: 3 })
const SHOWN_MS = 8000

/** Says what was done; with an action, what undoes it. */
export const toast = (text: string, action?: ToastAction): void =>
  void queue.add({ kind: 'info', text, ...(action && { action }) }, { timeout: SHOWN_MS })

/** Says what went wrong; stays until it is closed. What is in view already (by its `id`) is not said twice. */
export function toastFailure(text: ReactNode, id: string): void {
  const isShown = queue.visibleToasts.some(({ content }) => content.kind === 'error' && content.id === id)
  if (!isShown) queue.add({ kind: 'error', text, id })
}

/** Where toasts appear; once in the shell. */
export function ToastArea() {
  const { t } = useTranslation()
  return (
    <ToastRegion queue={queue} className={styles.region as string} aria-label={t('notices')}>
      {({ toast: shown }) => {
        const { content } = shown
        return (
          <AriaToast toast={shown} className={cx(styles.toast, content.kind === 'error' && styles.error)}>
            {content.kind === 'error' && <CircleAlert size={16} aria-hidden />}
            <ToastContent className={styles.content as string}>
              <Text slot="title">{content.text}</Text>
            </ToastContent>
            {content.kind === 'info' && content.action && (
              <Act action={content.action} onDone={() => queue.close(shown.key)} />
            )}
            <AriaButton slot="close" className={styles.close as string} aria-label={t('close')}>
              <X size={14} />
            </AriaButton>
          </AriaToast>
        )
      }}
    </ToastRegion>
  )
}

function Act({ action, onDone }: { readonly action: ToastAction; readonly onDone: () => void }) {
  const press = () => {
    onDone()
    action.run()
  }
  return (
    <AriaButton className={styles.action as string} slot={null} onPress={press}>
      {action.label}
    </AriaButton>
  )
}
