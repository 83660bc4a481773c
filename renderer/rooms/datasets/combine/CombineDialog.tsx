import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DatasetInfo } from '../../../../core/contract/index.ts'
import { Button, Dialog, Segmented } from '../../../ui/index.ts'
import type { DatasetDocument } from '../document.ts'
import { AppendForm } from './AppendForm.tsx'
import { JoinForm } from './JoinForm.tsx'
import { SampleForm, SplitForm } from './SplitForms.tsx'
import styles from './CombineDialog.module.css'

const ACTS = ['append', 'join', 'split', 'sample'] as const
export type CombineAct = (typeof ACTS)[number]

export interface CombineFormProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  /** The form tells what its button does; null while something is missing. */
  readonly onReady: (run: (() => Promise<boolean>) | null) => void
}

const forms = { append: AppendForm, join: JoinForm, split: SplitForm, sample: SampleForm } as const

/** Putting another dataset's rows or columns to this one, and making new datasets of some of its rows. */
export function CombineDialog({
  document,
  info,
  onClose,
}: {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly onClose: () => void
}) {
  const { t } = useTranslation('datasets')
  const [act, setAct] = useState<CombineAct>('append')
  const [ready, setReady] = useState<{ run: () => Promise<boolean> } | null>(null)
  const [working, setWorking] = useState(false)
  const Form = forms[act]
  const run = async () => {
    setWorking(true)
    const isDone = await ready?.run()
    setWorking(false)
    if (isDone) onClose()
  }
  const actions = (
    <Button variant="primary" isDisabled={!ready || working} onPress={() => void run()}>
      {t(working ? 'combine.working' : `combine.${act}.run`)}
    </Button>
  )
  const choose = (next: CombineAct) => {
    setReady(null)
    setAct(next)
  }
  return (
    <Dialog title={t('combine.title', { name: info.name })} isOpen isWide onClose={onClose} actions={actions}>
      <div className={styles.content}>
        <Segmented
          label={t('combine.act')}
          labelHidden
          items={ACTS.map((id) => ({ id, label: t(`combine.${id}.name`) }))}
          value={act}
          onChange={choose}
        />
        <p className={styles.what}>{t(`combine.${act}.what`)}</p>
        <Form key={act} document={document} info={info} onReady={(next) => setReady(next && { run: next })} />
      </div>
    </Dialog>
  )
}
