import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { settingOf, settingTexts, type SettingKey, type SettingValues } from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { useLanguage, type Language } from '../../language/index.ts'
import { useDatasets } from '../datasets/index.ts'
import { modelItems, useModels } from '../models/index.ts'
import { experimentItems, useExperiments } from './experiments.store.ts'
import { groupsOf, toRaw } from './form.ts'
import styles from './RunSettings.module.css'

interface RunSettingsProps {
  readonly settings: SettingValues
  /** Only these; all unless given. */
  readonly only?: ReadonlySet<SettingKey>
}

/** The settings that the run used, named as in the form. */
export const RunSettings = memo(function RunSettings({ settings, only }: RunSettingsProps) {
  const { t } = useTranslation('experiments')
  const language = useLanguage()
  const datasets = useDatasets((state) => state.list)
  const models = useModels(modelItems)
  const experiments = useExperiments(experimentItems)
  const nameOf = (key: SettingKey): string => {
    const definition = settingOf(key)
    const value = settings[key]
    if (definition.kind !== 'reference')
      return valueText(key, value, language, t('run.on'), t('run.off')) || t('run.blank')
    const lists = { model: models, dataset: datasets.kind === 'ready' ? datasets.items : [], experiment: experiments }
    const items: readonly { readonly id: string; readonly name: string }[] = lists[definition.to]
    return items.find(({ id }) => id === value)?.name ?? (String(value) || t('form.noExperiment'))
  }
  const groups = groupsOf(toRaw(settings))
    .map(({ group, basic, advanced }) => ({
      group,
      keys: [...basic, ...advanced].filter((key) => !only || only.has(key)),
    }))
    .filter(({ keys }) => keys.length > 0)
  return (
    <div className={styles.groups}>
      {groups.map(({ group, keys }) => (
        <section key={group}>
          <h3 className={styles.title}>{t(`groups.${group}`)}</h3>
          <dl className={styles.list}>
            {keys.map((key) => (
              <div key={key} className={styles.row}>
                <dt>{settingTexts(key, language).label}</dt>
                <dd>{nameOf(key)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
})

function valueText(
  key: SettingKey,
  value: string | number | boolean,
  language: Language,
  on: string,
  off: string,
): string {
  const definition = settingOf(key)
  if (typeof value === 'boolean') return value ? on : off
  if (definition.kind === 'choice') return settingTexts(key, language).options?.[value] ?? String(value)
  if ((definition.kind === 'integer' || definition.kind === 'number') && definition.unit)
    return `${value} ${text(language).units[definition.unit]}`
  return String(value)
}
