import { KeyRound } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError } from '../../../../core/contract/index.ts'
import { Button, errorSentence, TextField, useLanguage } from '../../../ui/index.ts'
import * as api from './hub.api.ts'
import { saveToken, useHub } from './hub.store.ts'
import styles from './HubDialog.module.css'

const TOKENS_PAGE = 'https://huggingface.co/settings/tokens'

/** Whether a token is there, and a place to enter one. Only the host ever has it; the field forgets it. */
export function HubTokenForm() {
  const { t } = useTranslation('hub')
  const source = useHub((state) => state.token?.source ?? null)
  const [isEditing, setEditing] = useState(false)
  return (
    <section className={styles.token}>
      <p className={styles.tokenLine}>
        <KeyRound size={14} aria-hidden />
        <span>{t(`token.source.${source ?? 'none'}`)}</span>
        {!isEditing && (
          <Button variant="quiet" size="small" onPress={() => setEditing(true)}>
            {t(source === 'stored' ? 'token.change' : 'token.enter')}
          </Button>
        )}
        {source === 'stored' && !isEditing && (
          <Button variant="quiet" size="small" onPress={() => void saveToken(null)}>
            {t('token.clear')}
          </Button>
        )}
      </p>
      {isEditing && <TokenField onDone={() => setEditing(false)} />}
    </section>
  )
}

function TokenField({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation('hub')
  const language = useLanguage()
  const [text, setText] = useState('')
  const [isSaving, setSaving] = useState(false)
  const [error, setError] = useState<AppError | null>(null)
  const change = (next: string) => {
    setText(next)
    setError(null)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setSaving(true)
    const problem = await saveToken(text)
    setSaving(false)
    setError(problem)
    if (!problem) onDone()
  }
  return (
    <form className={styles.tokenForm} noValidate onSubmit={(event) => void submit(event)}>
      <TextField label={t('token.label')} type="password" placeholder="hf_…" value={text} onChange={change} autoFocus help={t('token.help')} error={error && errorSentence(error, language)} className={styles.field as string} />
      <div className={styles.tokenActions}>
        <Button variant="quiet" size="small" onPress={() => void api.openOutside(TOKENS_PAGE)}>
          {t('token.page')}
        </Button>
        <Button size="small" onPress={onDone}>
          {t('token.cancel')}
        </Button>
        <Button type="submit" size="small" variant="primary" isDisabled={text.trim() === '' || isSaving}>
          {t('token.save')}
        </Button>
      </div>
    </form>
  )
}
