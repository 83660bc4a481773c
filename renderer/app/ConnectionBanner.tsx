import { Unplug } from 'lucide-react'
import { useEffect, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { tokenIn, type ConnectionState } from '../../core/contract/index.ts'
import { Button, TextField } from '../ui/index.ts'
import styles from './ConnectionBanner.module.css'

/** Above everything while the host cannot be reached: what that means, and what to do. */
export function ConnectionBanner() {
  const { t } = useTranslation('shell')
  const [state, setState] = useState<ConnectionState>('open')
  const { connection } = window.studio
  useEffect(() => connection?.on(setState), [connection])
  if (state === 'open') return null
  return (
    <div role="alert">
      {state === 'lost' && (
        <div className={styles.banner}>
          <Unplug size={18} aria-hidden />
          <p className={styles.text}>{t('lost.text')}</p>
          <Button size="small" onPress={() => connection?.retry()}>
            {t('lost.retry')}
          </Button>
        </div>
      )}
      {state === 'unknown' && <NewLink />}
    </div>
  )
}

/** The host was started anew: the window needs a new link of it. */
function NewLink() {
  const { t } = useTranslation('shell')
  const [pasted, setPasted] = useState('')
  const [isWrong, setWrong] = useState(false)
  const open = (event: FormEvent) => {
    event.preventDefault()
    const token = tokenIn(pasted)
    setWrong(token === null)
    if (token !== null) location.assign(`/?token=${token}`)
  }
  return (
    <div className={styles.banner}>
      <Unplug size={18} aria-hidden />
      <div className={styles.text}>
        <h2>{t('renewed.title')}</h2>
        <p>{t('renewed.text')}</p>
        <code>npx terakoya link</code>
      </div>
      <form className={styles.form} noValidate onSubmit={open}>
        <TextField
          label={t('renewed.link')}
          value={pasted}
          error={isWrong ? t('renewed.wrong') : null}
          onChange={(text) => {
            setPasted(text)
            setWrong(false)
          }}
        />
        <Button type="submit" variant="primary">
          {t('renewed.open')}
        </Button>
      </form>
    </div>
  )
}
