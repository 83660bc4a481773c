import { useTranslation } from 'react-i18next'
import type { AppError } from '../../core/contract/index.ts'
import { errorReason, errorSentence, useLanguage } from '../language/index.ts'
import { Button, Notice, type Tone } from '../ui/index.ts'
import { isDisconnected } from './disconnected.ts'
import styles from './ErrorNotice.module.css'

/**
 * An error in the reader's language, and on request what a library said of it; `onRetry` adds the button もう一度.
 */
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
  const language = useLanguage()
  if (isDisconnected(error)) return null
  const reason = errorReason(error, language)
  const retry = onRetry && (
    <Button size="small" onPress={onRetry}>
      {t('retry')}
    </Button>
  )
  return (
    <Notice tone={tone} actions={retry} {...(className !== undefined && { className })}>
      {errorSentence(error, language)}
      {reason !== null && (
        <details className={styles.details}>
          <summary>{t('details')}</summary>
          <code>{reason}</code>
        </details>
      )}
    </Notice>
  )
}
