import { CircleCheck, FolderOpen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import {
  publishedForms,
  type ComparedAnswer,
  type ExportJob,
  type ExportResult,
  type ExportTest,
  type TextsCompared,
} from '../../../../core/contract/index.ts'
import { ErrorNotice, openOutside } from '../../../errors/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../../language/index.ts'
import { Button, cx, Notice, ProgressBar } from '../../../ui/index.ts'
import { canOpenFolders } from '../experiments.api.ts'
import { isDownloaded } from './exports.api.ts'
import { openModel, testAgain } from './exports.store.ts'
import { OllamaOutlet } from './OllamaOutlet.tsx'
import { Publish } from './Publish.tsx'
import styles from './ExportDialog.module.css'

/** A job while it is under way, and what became of it. */
export function ExportJobView({ job }: { readonly job: ExportJob }) {
  const { t } = useTranslation('experiments')
  return (
    <div className={styles.choices}>
      <p className={styles.what}>
        {t(`exports.forms.${job.form}.title`)}
        <span className={styles.size}>{t('run.atStep', { step: job.step })}</span>
      </p>
      {job.state === 'writing' && <Writing job={job} label={t('exports.writing')} />}
      {job.state === 'registering' && <Writing job={job} label={t('exports.ollama.registering')} />}
      {job.state === 'testing' && <Working label={t('exports.testing')} note={t('exports.testingNote')} value={null} />}
      {job.state === 'cancelled' && <Notice tone="info">{t('exports.cancelled')}</Notice>}
      {job.state === 'failed' && job.error && <ErrorNotice error={job.error} />}
      {job.state === 'done' && job.result && <Done job={job} result={job.result} />}
    </div>
  )
}

function Writing({ job, label }: { readonly job: ExportJob; readonly label: string }) {
  const { writtenBytes, totalBytes, remainingSeconds } = job
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const done = t('run.of', { value: format.bytes(Math.min(writtenBytes, totalBytes)), total: format.bytes(totalBytes) })
  const left = remainingSeconds === null ? '' : t('remaining', { time: format.duration(remainingSeconds) })
  const value = totalBytes > 0 ? writtenBytes / totalBytes : null
  return <Working label={label} note={[done, left].filter(Boolean).join(' · ')} value={value} />
}

function Working(props: { readonly label: string; readonly note: string; readonly value: number | null }) {
  const { t } = useTranslation('experiments')
  const { label, note, value } = props
  return (
    <div className={styles.working}>
      <span className={styles.label}>{label}</span>
      <ProgressBar label={label} value={value} thick />
      <span className={styles.cardHint}>{note}</span>
      <span className={styles.cardHint}>{t('exports.goesOn')}</span>
    </div>
  )
}

function Done({ job, result }: { readonly job: ExportJob; readonly result: ExportResult }) {
  const { place, files, test } = result
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return (
    <>
      <div className={styles.place}>
        <div className={styles.placeText}>
          <span className={styles.label}>{t('exports.done')}</span>
          {isDownloaded(job.form) ? (
            <span>{t('exports.downloaded')}</span>
          ) : (
            <span className={styles.path}>{place}</span>
          )}
          <span className={styles.cardHint}>
            {t('exports.files', { count: files.length, size: format.bytes(bytes) })}
          </span>
        </div>
        {job.form === 'library' && <Button onPress={() => openModel(place)}>{t('exports.openModel')}</Button>}
        {canOpenFolders() && (
          <Button icon={<FolderOpen size={14} />} onPress={() => void openOutside(place)}>
            {t('openFolder')}
          </Button>
        )}
      </div>
      <Tested test={test} onTest={() => void testAgain(job.jobId)} />
      <OllamaOutlet job={job} />
      {publishedForms.has(job.form) && <Publish job={job} />}
    </>
  )
}

function Tested({ test, onTest }: { readonly test: ExportTest; readonly onTest: () => void }) {
  const { t } = useTranslation('experiments')
  const language = useLanguage()
  const again = (
    <Button size="small" onPress={onTest}>
      {t('exports.testNow')}
    </Button>
  )
  if (test.kind === 'postponed')
    return (
      <Notice tone="info" actions={again}>
        {t('exports.postponed')}
      </Notice>
    )
  if (test.kind === 'failed')
    return (
      <Notice tone="warning" actions={again}>
        {t('exports.untested')} {errorSentence(test.error, language)}
      </Notice>
    )
  const { kind, answers } = test
  const different = answers.filter(({ same }) => !same).length
  return (
    <>
      {kind === 'same' ? (
        <p className={styles.good}>
          <CircleCheck size={16} aria-hidden />
          {answers.length > 0 ? t('exports.same', { count: answers.length }) : t('exports.sameBytes')}
        </p>
      ) : (
        <Notice tone={test.lossy ? 'info' : 'warning'}>
          {t('exports.different', { count: answers.length, different })}
          {test.lossy && t('exports.lossy')}
        </Notice>
      )}
      {test.texts && <Texts texts={test.texts} />}
      {answers.length > 0 && <Answers answers={answers} isOpen={kind === 'different'} />}
    </>
  )
}

/** What llama.cpp makes of the data's rows: the first that it reads otherwise are named. */
function Texts({ texts: { rowCount, differing, rows } }: { readonly texts: TextsCompared }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  if (differing === 0)
    return (
      <p className={styles.good}>
        <CircleCheck size={16} aria-hidden />
        {t('exports.textsSame', { count: rowCount })}
      </p>
    )
  const first = rows
    .slice(0, ROWS_NAMED)
    .map((row) => format.number(row))
    .join(', ')
  return (
    <Notice tone="warning">
      {t('exports.textsDiffer', {
        count: rowCount,
        differing: format.number(differing),
        rows: rows.length > ROWS_NAMED ? `${first} …` : first,
      })}
    </Notice>
  )
}
const ROWS_NAMED = 10

function Answers({ answers, isOpen }: { readonly answers: readonly ComparedAnswer[]; readonly isOpen: boolean }) {
  const { t } = useTranslation('experiments')
  const text = (answer: string) => (answer === '' ? t('run.emptyAnswer') : answer)
  return (
    <details open={isOpen} className={styles.answers}>
      <summary>{t('exports.answers')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('exports.question')}</th>
            <th scope="col">{t('exports.byRun')}</th>
            <th scope="col">{t('exports.byWritten')}</th>
          </tr>
        </thead>
        <tbody>
          {answers.map(({ question, run, written, same }) => (
            <tr key={question} className={cx(!same && styles.differs)}>
              <td>{question}</td>
              <td>{text(run)}</td>
              <td>{text(written)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
