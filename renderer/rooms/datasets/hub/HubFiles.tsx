import { useTranslation } from 'react-i18next'
import type { HubDataset } from '../../../../core/contract/index.ts'
import { Notice, Segmented, Select } from '../../../ui/index.ts'
import { HubFileList } from '../../../hub/index.ts'
import { useFormat } from '../../../language/index.ts'
import { chosenPart, withConfig, type HubChoice } from './hub.selectors.ts'
import { choose } from './hub.store.ts'
import styles from './HubDialog.module.css'

interface HubFilesProps {
  readonly dataset: HubDataset
  readonly choice: HubChoice
}

/** What to take: a configuration and split of the tables that the Hub has made, or files as they were uploaded. */
export function HubFiles({ dataset, choice }: HubFilesProps) {
  const { t } = useTranslation('hub')
  if (!dataset.files.some(({ isTable }) => isTable) && dataset.parts.length === 0)
    return <Notice tone="warning">{t('files.none')}</Notice>
  return (
    <section className={styles.files}>
      {dataset.parts.length > 0 && (
        <Segmented
          label={t('files.branch')}
          items={(['parquet', 'original'] as const).map((id) => ({ id, label: t(`files.${id}`) }))}
          value={choice.branch}
          onChange={(branch) => choose({ branch })}
        />
      )}
      {choice.branch === 'parquet' ? (
        <Split dataset={dataset} choice={choice} />
      ) : (
        <Originals dataset={dataset} choice={choice} />
      )}
    </section>
  )
}

function Split({ dataset, choice }: HubFilesProps) {
  const { t } = useTranslation('hub')
  const format = useFormat()
  const part = chosenPart(dataset, choice)
  const configs = [...new Set(dataset.parts.map(({ config }) => config))].map((id) => ({ id, label: id }))
  const splits = dataset.parts
    .filter(({ config }) => config === choice.config)
    .map(({ split, sizeBytes, rowCount }) => ({
      id: split,
      label: split,
      detail: [
        ...(rowCount === null ? [] : [t('rows.exactly', { rows: format.number(rowCount) })]),
        format.bytes(sizeBytes),
      ].join(' · '),
    }))
  return (
    <>
      <div className={styles.pair}>
        <Select
          label={t('files.config')}
          items={configs}
          value={choice.config}
          isDisabled={configs.length < 2}
          onChange={(config) => choose(withConfig(dataset, choice, config))}
        />
        <Select
          label={t('files.split')}
          items={splits}
          value={choice.split}
          isDisabled={splits.length < 2}
          onChange={(split) => choose({ split })}
        />
      </div>
      {part?.isPartial && <Notice tone="info">{t('files.partial')}</Notice>}
      {part && <HubFileList label={t('files.list')} files={part.files.map((file) => ({ ...file, isTaken: true }))} />}
    </>
  )
}

/** Every file with its size; those that are tables can be taken, several of them into one dataset. */
function Originals({ dataset, choice }: HubFilesProps) {
  const { t } = useTranslation('hub')
  const toggle = (path: string) =>
    choose({
      paths: choice.paths.includes(path) ? choice.paths.filter((each) => each !== path) : [...choice.paths, path],
    })
  return (
    <HubFileList
      label={t('files.list')}
      files={dataset.files.map((file) => ({ ...file, isTaken: file.isTable }))}
      chosen={choice.paths}
      onToggle={toggle}
    />
  )
}
