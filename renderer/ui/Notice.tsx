import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError } from '../../core/contract/index.ts'
import { Button } from './Button.tsx'
import { cx } from './cx.ts'
import { useLanguage } from './language.ts'
import { errorSentence } from './texts.ts'
import styles from './Notice.module.css'

type Tone = 'info' | 'warning' | 'error'
const icons: Record<Tone, ReactNode> = {
  info: <Info size={16} aria-hidden />,
  warning: <TriangleAlert size={16} aria-hidden />,
  error: <CircleAlert size={16} aria-hidden />,
}

/** A sentence that stays in the view, with the acts that answer it. */
export function Notice({
  tone,
  children,
  actions,
  className,
}: {
  readonly tone: Tone
  readonly children: ReactNode
  readonly actions?: ReactNode
  readonly className?: string
}) {
  return (
    <div role={tone === 'error' ? 'alert' : 'status'} className={cx(styles.notice, styles[tone], className)}>
      {icons[tone]}
      <div className={styles.text}>{children}</div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}

/** An error in the reader's language; `onRetry` adds the button もう一度. */
export function ErrorNotice({
  error,
  onRetry,
  className,
  tone = 'error',
}: {
  readonly error: AppError
  readonly onRetry?: () => void
  readonly className?: string
  readonly tone?: Tone
}) {
  const { t } = useTranslation()
  const retry = onRetry && (
    <Button size="small" onPress={onRetry}>
      {t('retry')}
    </Button>
  )
  return (
    <Notice tone={tone} actions={retry} {...(className !== undefined && { className })}>
      {errorSentence(error, useLanguage())}
    </Notice>
  )
}
