import { KeyRound } from 'lucide-react'
import { useEffect, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError, HubToken } from '../../core/contract/index.ts'
import { Button, TextField } from '../ui/index.ts'
import { errorSentence, useLanguage } from '../language/index.ts'
import { openOutside, toastError } from '../errors/index.ts'
import styles from './hub.module.css'
import { forgetToken, loadToken, saveToken, useHubToken } from './token.store.ts'

const TOKENS_PAGE = 'https://huggingface.co/settings/tokens'

/** Whether a token is there, and a place to enter one. Only the host ever has it; the field forgets it. */
export function HubTokenForm({ onChanged = () => {} }: { readonly onChanged?: () => void }) {
  const { t } = useTranslation('hub')
  const token = useHubToken((state) => state.token)
  useEffect(() => void loadToken(), [])
  const forget = async () => {
    const error = await forgetToken()
    if (error) toastError(error)
    else onChanged()
  }
  const done = (isChanged: boolean) => {
    setEditing(false)
    if (isChanged) onChanged()
  }
  const source = token?.source ?? null
  const [isEditing, setEditing] = useState(false)
  return (
    <section className={styles.token}>
      <p className={styles.tokenLine}>
        <KeyRound size={14} aria-hidden />
        <span>{t(`token.source.${sourceOf(token)}`)}</span>
        {!isEditing && (
          <Button variant="quiet" size="small" onPress={() => setEditing(true)}>
            {t(source === 'stored' ? 'token.change' : 'token.enter')}
          </Button>
        )}
        {source === 'stored' && !isEditing && (
          <Button variant="quiet" size="small" onPress={() => void forget()}>
            {t('token.clear')}
          </Button>
        )}
      </p>
      {isEditing && <TokenField canEncrypt={token?.canEncrypt ?? false} onDone={done} />}
    </section>
  )
}

/** How a stored token is kept, or where else the token comes from. */
function sourceOf(
  token: HubToken | null,
): NonNullable<HubToken['protection']> | 'environment' | 'huggingface-cli' | 'none' {
  if (token === null || token.source === null) return 'none'
  return token.source === 'stored' ? (token.protection ?? 'plain-file') : token.source
}

function TokenField({
  canEncrypt,
  onDone,
}: {
  readonly canEncrypt: boolean
  readonly onDone: (isChanged: boolean) => void
}) {
  const { t } = useTranslation('hub')
  const language = useLanguage()
  const [text, setText] = useState('')
  const [allowPlainFile, setAllowPlainFile] = useState(false)
  const [isSaving, setSaving] = useState(false)
  const [error, setError] = useState<AppError | null>(null)
  const change = (next: string) => {
    setText(next)
    setError(null)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setSaving(true)
    const problem = await saveToken(text, allowPlainFile)
    setSaving(false)
    setError(problem)
    if (!problem) onDone(true)
  }
  return (
    <form className={styles.tokenForm} noValidate onSubmit={(event) => void submit(event)}>
      <TextField
        label={t('token.label')}
        type="password"
        placeholder="hf_…"
        value={text}
        onChange={change}
        autoFocus
        help={t(canEncrypt ? 'token.help' : 'token.helpPlain')}
        error={error && errorSentence(error, language)}
        className={styles.field as string}
      />
      {!canEncrypt && <PlainFileChoice value={allowPlainFile} onChange={setAllowPlainFile} />}
      <div className={styles.tokenActions}>
        <Button variant="quiet" size="small" onPress={() => void openOutside(TOKENS_PAGE)}>
          {t('token.page')}
        </Button>
        <Button size="small" onPress={() => onDone(false)}>
          {t('token.cancel')}
        </Button>
        <Button type="submit" size="small" variant="primary" isDisabled={text.trim() === '' || isSaving}>
          {t('token.save')}
        </Button>
      </div>
    </form>
  )
}

function PlainFileChoice({
  value,
  onChange,
}: {
  readonly value: boolean
  readonly onChange: (isAllowed: boolean) => void
}) {
  const { t } = useTranslation('hub')
  return (
    <label className={styles.tokenChoice}>
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      <span>{t('token.allowPlainFile')}</span>
    </label>
  )
}
