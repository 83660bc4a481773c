import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { AppError, DatasetInfo, SamplePreview } from '../../../core/contract/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { IconButton, Select } from '../../ui/index.ts'
import { isUsable, modelItems, useModels } from '../models/index.ts'
import * as api from './datasets.api.ts'
import type { DatasetDocument } from './document.ts'
import styles from './SamplePanel.module.css'

interface SamplePanelProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly onClose: () => void
}

type Shown =
  | { readonly kind: 'sample'; readonly sample: SamplePreview }
  | { readonly kind: 'error'; readonly error: AppError }
  | null

/** The selected row as the model will see it: its tokens, which of them count for the loss, and whether it is cut. */
export function SamplePanel({ document, info, onClose }: SamplePanelProps) {
  const { t } = useTranslation('datasets')
  const models = useModels(modelItems).filter(isUsable)
  const [picked, setPicked] = useState<string | null>(null)
  const model = picked ?? models[0]?.id ?? null
  const selected = useStore(document.grid, (state) => state.selection.active.row)
  const row = document.rows.row(selected)?.index ?? selected
  const shown = useSample(document, info, row, model)
  return (
    <aside className={styles.panel} aria-label={t('sample.title')} data-region="sample">
      <header className={styles.head}>
        <h3>{t('sample.title')}</h3>
        <IconButton icon={<X size={15} />} label={t('close')} size="small" onPress={onClose} />
      </header>
      <Select
        label={t('sample.model')}
        items={models.map(({ id, name }) => ({ id, label: name }))}
        value={model}
        onChange={setPicked}
      />
      <Body shown={shown} row={row} />
    </aside>
  )
}

function Body({ shown, row }: { readonly shown: Shown; readonly row: number }) {
  const { t } = useTranslation('datasets')
  const language = useLanguage()
  const format = useFormat()
  if (shown === null) return <p className={styles.muted}>{t('sample.noRow')}</p>
  if (shown.kind === 'error') return <p className={styles.wrong}>{errorSentence(shown.error, language)}</p>
  const { tokens, tokenCount, countedTokens, truncated, leftOut } = shown.sample
  if (leftOut !== null) return <p className={styles.wrong}>{t('sample.leftOut', { row: format.number(row + 1) })}</p>
  return (
    <>
      <p>
        {t('sample.count', {
          row: format.number(row + 1),
          tokens: format.number(tokenCount),
          counted: format.number(countedTokens),
        })}
      </p>
      {truncated && <p className={styles.wrong}>{t('sample.truncated')}</p>}
      <p className={styles.muted}>{t('sample.legend')}</p>
      <div className={styles.text} tabIndex={0} role="region" aria-label={t('sample.title')}>
        {tokens.map(({ text, counts }, index) => (
          <span key={index} className={counts ? styles.counted : styles.read}>
            {text.replaceAll('\n', '↵\n')}
          </span>
        ))}
        {tokenCount > tokens.length && <span className={styles.muted}> …</span>}
      </div>
    </>
  )
}

const DELAY_MS = 150

/** Asks a moment after the selection rests, and again when the table changes. */
function useSample(document: DatasetDocument, info: DatasetInfo, row: number, model: string | null): Shown {
  const [shown, setShown] = useState<Shown>(null)
  useEffect(() => {
    let current = true
    const ask = async () => {
      if (model === null) return
      await document.settled()
      const result = await api.sample({
        datasetId: info.id,
        row,
        settings: { 'dataset.id': info.id, 'general.llm_backbone': model },
      })
      if (current)
        setShown(
          !result.ok
            ? { kind: 'error', error: result.error }
            : result.value && { kind: 'sample', sample: result.value },
        )
    }
    const timer = setTimeout(() => void ask(), DELAY_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [document, info.id, info.version, row, model])
  return shown
}
