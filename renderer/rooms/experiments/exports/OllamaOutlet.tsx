import { CircleCheck, Copy } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { ollamaForms, type ExportJob } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { errorSentence, useLanguage } from '../../../language/index.ts'
import { Button, Switch, TextField, toast } from '../../../ui/index.ts'
import { isDownloaded } from './exports.api.ts'
import {
  askOllama,
  nameForOllama,
  problemOfName,
  register,
  replaceInOllama,
  useOllama,
  wantOllama,
  type NameProblem,
} from './ollama.store.ts'
import styles from './ExportDialog.module.css'

/** Before the export: whether Ollama makes a model of it, and under which name. */
export function OllamaChoice() {
  const { t } = useTranslation('experiments')
  const language = useLanguage()
  const { found, isWanted } = useOllama()
  if (!found) return <p className={styles.cardHint}>{t('exports.ollama.away')}</p>
  if (found.problem) return <p className={styles.cardHint}>{errorSentence(found.problem, language)}</p>
  return (
    <div className={styles.working}>
      <Switch value={isWanted} onChange={wantOllama}>
        {t('exports.ollama.want', { version: found.version })}
      </Switch>
      {isWanted && <NameField />}
    </div>
  )
}

/** After the export: the model that Ollama has made, or the way to have it made. */
export function OllamaOutlet({ job }: { readonly job: ExportJob }) {
  const { t } = useTranslation('experiments')
  const { found, error } = useOllama()
  const problem = useOllama(problemOfName)
  useEffect(() => void askOllama(job.experimentName), [job.experimentName])
  const made = job.result?.ollama
  if (!ollamaForms.has(job.form) || isDownloaded(job.form)) return null
  if (made && !made.error) return <Made name={made.name} />
  const failure = error ?? made?.error
  if (!found || found.problem) return failure ? <ErrorNotice error={failure} /> : null
  return (
    <div className={styles.working}>
      {failure && <ErrorNotice error={failure} />}
      <NameField />
      <div>
        <Button isDisabled={problem !== null} onPress={() => void register(job.jobId)}>
          {t('exports.ollama.register')}
        </Button>
      </div>
    </div>
  )
}

function NameField() {
  const { t } = useTranslation('experiments')
  const { name, replace, found } = useOllama()
  const problem = useOllama(problemOfName)
  const isTaken = useOllama((state) => problemOfName({ ...state, replace: false }) === 'taken')
  const sentences: Readonly<Record<NonNullable<NameProblem>, string>> = {
    invalid: t('exports.ollama.invalid'),
    taken: t('exports.ollama.taken'),
  }
  return (
    <>
      <TextField
        label={t('exports.ollama.name')}
        value={name}
        maxLength={200}
        onChange={nameForOllama}
        error={problem && sentences[problem]}
        help={t('exports.ollama.at', { host: found?.host ?? '' })}
      />
      {isTaken && (
        <Switch value={replace} onChange={replaceInOllama}>
          {t('exports.ollama.replace', { name })}
        </Switch>
      )}
    </>
  )
}

function Made({ name }: { readonly name: string }) {
  const { t } = useTranslation(['experiments', 'common'])
  const command = `ollama run ${name}`
  const copy = async () => {
    await navigator.clipboard.writeText(command)
    toast(t('common:copied'))
  }
  return (
    <div className={styles.working}>
      <p className={styles.good}>
        <CircleCheck size={16} aria-hidden />
        {t('exports.ollama.made')}
      </p>
      <div className={styles.command}>
        <code className={styles.path}>{command}</code>
        <Button size="small" icon={<Copy size={13} />} onPress={() => void copy()}>
          {t('common:copy')}
        </Button>
      </div>
      <span className={styles.cardHint}>{t('exports.ollama.spare')}</span>
    </div>
  )
}
