import { ChartColumn, Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DatasetInfo, DatasetStatistics, ModelId } from '../../../../core/contract/index.ts'
import { Button, EmptyState, Menu, Notice, Select, Spinner, useChartTheme } from '../../../ui/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { useFormat } from '../../../language/index.ts'
import { isUsable, modelItems, useModels } from '../../models/index.ts'
import { fileNameOf } from '../datasets.actions.ts'
import type { DatasetDocument } from '../document.ts'
import { saveFile, statisticsCsv, statisticsPicture } from './exports.ts'
import { FigureCard } from './FigureCard.tsx'
import { figuresOf, lengthLines } from './figures.ts'
import { LengthTable, NUMBERS } from './LengthTable.tsx'
import { useFigureWords } from './useFigureWords.ts'
import { useStatistics } from './useStatistics.ts'
import styles from './StatisticsPane.module.css'

/** What the dataset's texts are like: numbers, charts and tables, in place of the spreadsheet. */
export function StatisticsPane({ document, info }: { readonly document: DatasetDocument; readonly info: DatasetInfo }) {
  const { t } = useTranslation('statistics')
  const models = useModels(modelItems).filter(isUsable)
  const [picked, setPicked] = useState<string | null>(null)
  const modelId = (picked ?? models.find(({ problem }) => problem === null)?.id ?? null) as ModelId | null
  const state = useStatistics(document, info, modelId)
  return (
    <div
      className={styles.pane}
      data-region="grid"
      role="region"
      aria-label={t('title', { name: info.name })}
      tabIndex={0}
    >
      {state.kind === 'failed' && <ErrorNotice error={state.error} />}
      <div className={styles.head}>
        <Select
          label={t('model')}
          items={models.map(({ id, name }) => ({ id, label: name }))}
          value={modelId}
          onChange={setPicked}
          className={styles.model as string}
        />
        <span className={styles.counting} role="status">
          {(state.kind === 'counting' || (state.kind === 'ready' && state.isStale)) && (
            <>
              <Spinner size={15} label={t('counting')} /> {t('counting')}
            </>
          )}
        </span>
        {state.kind === 'ready' && <ExportMenu name={info.name} statistics={state.statistics} />}
      </div>
      {state.kind === 'ready' &&
        (state.statistics.rowCount === 0 ? (
          <EmptyState icon={<ChartColumn size={24} />} title={t('empty.title')} text={t('empty.text')} />
        ) : (
          <Contents statistics={state.statistics} />
        ))}
    </div>
  )
}

function Contents({ statistics }: { readonly statistics: DatasetStatistics }) {
  const { t } = useTranslation('statistics')
  const words = useFigureWords()
  const figures = useMemo(() => figuresOf(statistics, words), [statistics, words])
  const lines = useMemo(() => lengthLines(statistics, words), [statistics, words])
  return (
    <>
      <Facts statistics={statistics} />
      {statistics.roles.length === 0 && <Notice tone="info">{t('noRoles')}</Notice>}
      {lines.length > 0 && <LengthTable lines={lines} />}
      <SampleNote statistics={statistics} />
      <div className={styles.figures}>
        {figures.map((figure) => (
          <FigureCard key={figure.id} figure={figure} />
        ))}
      </div>
    </>
  )
}

/** The few numbers that are worth reading first. */
function Facts({ statistics: { rowCount, duplicates, roles, turns } }: { readonly statistics: DatasetStatistics }) {
  const { t } = useTranslation('statistics')
  const format = useFormat()
  const facts = [
    { label: t('facts.rows'), value: rowCount },
    { label: t('facts.duplicates'), value: duplicates.rowCount },
    ...roles
      .filter(({ role }) => role !== 'system')
      .map(({ role, emptyCount }) => ({ label: t('facts.empty', { role: t(`role.${role}`) }), value: emptyCount })),
    ...(turns ? [{ label: t('facts.conversations'), value: turns.count }] : []),
  ]
  return (
    <dl className={styles.facts}>
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{format.number(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Of which rows tokens were counted, where not of all. */
function SampleNote({ statistics: { tokenSample, rowCount } }: { readonly statistics: DatasetStatistics }) {
  const { t } = useTranslation('statistics')
  const format = useFormat()
  if (!tokenSample || tokenSample.isWhole) return null
  return (
    <p className={styles.note}>
      {t('sampled', {
        rows: format.number(tokenSample.rowCount),
        all: format.number(rowCount),
        seed: tokenSample.seed,
      })}
    </p>
  )
}

function ExportMenu({ name, statistics }: { readonly name: string; readonly statistics: DatasetStatistics }) {
  const { t } = useTranslation('statistics')
  const words = useFigureWords()
  const format = useFormat()
  const theme = useChartTheme()
  const figures = figuresOf(statistics, words)
  const fileName = (ending: string) => `${fileNameOf(t('fileName', { name }))}.${ending}`
  const heads = { lengths: t('lengths'), numbers: NUMBERS.map((number) => t(`number.${number}`)) }
  const entries = [
    {
      id: 'csv',
      label: t('exportCsv'),
      onAction: () =>
        saveFile(
          fileName('csv'),
          new Blob([statisticsCsv(figures, lengthLines(statistics, words), heads)], { type: 'text/csv' }),
        ),
    },
    {
      id: 'png',
      label: t('exportPng'),
      isDisabled: figures.length === 0,
      onAction: () =>
        void statisticsPicture(figures, theme, format.number).then((picture) => saveFile(fileName('png'), picture)),
    },
  ]
  return (
    <Menu
      trigger={<Button icon={<Download size={15} />}>{t('export')}</Button>}
      label={t('export')}
      entries={entries}
    />
  )
}
