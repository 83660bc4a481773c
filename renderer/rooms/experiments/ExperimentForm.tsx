import { ChevronRight } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton, Disclosure, DisclosurePanel } from 'react-aria-components'
import { presets, settingTexts, type Preset, type SettingKey } from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { Segmented } from '../../ui/index.ts'
import { useLanguage } from '../../language/index.ts'
import { useDatasets } from '../datasets/index.ts'
import { changedKeys, groupsOf, presetValues, type FormGroup } from './form.ts'
import { fillPreset, replan, useForm } from './form.store.ts'
import { PlanPanel } from './PlanPanel.tsx'
import { SettingField } from './SettingField.tsx'
import { useAskedModel } from './useAskedModel.ts'
import { useDefaultDataset } from './useDefaultDataset.ts'
import styles from './ExperimentForm.module.css'

/** The form of a new experiment, derived from the settings catalogue, with the plan beside it. */
export function ExperimentForm() {
  const { t } = useTranslation('experiments')
  const values = useForm((state) => state.values)
  const groups = useMemo(() => groupsOf(values), [values])
  const datasets = useDatasets((state) => state.list)
  useDefaultDataset()
  useAskedModel()
  // A changed dataset changes the plan.
  useEffect(replan, [datasets])
  return (
    <div className={styles.frame}>
      <div className={styles.form}>
        <header className={styles.header}>
          <h1 className={styles.heading}>{t('form.title')}</h1>
          <Presets />
        </header>
        {groups.map((group) => (
          <Group key={group.group} group={group} />
        ))}
      </div>
      <PlanPanel />
    </div>
  )
}

function Presets() {
  const { t } = useTranslation('experiments')
  const language = useLanguage()
  const presetId = useForm((state) => state.presetId)
  const values = useForm((state) => state.values)
  const preset = presets.find(({ id }) => id === presetId) ?? (presets[0] as Preset)
  const changed = changedKeys(values, presetValues(preset)).length
  const choose = (id: string) => {
    const chosen = presets.find((each) => each.id === id)
    if (chosen) fillPreset(chosen)
  }
  return (
    <div className={styles.presets}>
      <Segmented
        label={t('form.preset')}
        labelHidden
        items={presets.map(({ id }) => ({ id, label: text(language).presets[id].label }))}
        value={presetId}
        onChange={choose}
      />
      <p className={styles.presetHelp}>
        {text(language).presets[preset.id].help}
        {changed > 0 && (
          <>
            <span className={styles.changed}>{t('form.changed', { count: changed })}</span>
            <AriaButton className={styles.link as string} onPress={() => fillPreset(preset)}>
              {t('form.reset')}
            </AriaButton>
          </>
        )}
      </p>
    </div>
  )
}

function Group({ group: { group, basic, advanced } }: { readonly group: FormGroup }) {
  const { t } = useTranslation('experiments')
  return (
    <section className={styles.group} aria-labelledby={`group-${group}`}>
      <h2 id={`group-${group}`} className={styles.title}>
        {t(`groups.${group}`)}
      </h2>
      <div className={styles.settings}>
        {basic.map((key) => (
          <SettingField key={key} settingKey={key} />
        ))}
        {advanced.length > 0 && <Advanced group={group} keys={advanced} />}
      </div>
    </section>
  )
}

function Advanced({ group, keys }: { readonly group: string; readonly keys: readonly SettingKey[] }) {
  const { t } = useTranslation('experiments')
  const language = useLanguage()
  const open = useForm((state) => state.opened.has(group))
  const toggle = (isOpen: boolean) =>
    useForm.setState(({ opened }) => ({
      opened: new Set(isOpen ? [...opened, group] : [...opened].filter((each) => each !== group)),
    }))
  return (
    <Disclosure className={styles.advanced as string} isExpanded={open} onExpandedChange={toggle}>
      <AriaButton slot="trigger" className={styles.more as string}>
        <ChevronRight size={15} aria-hidden />
        {t('form.advanced')}
        <span className={styles.names}>
          {keys.map((key) => settingTexts(key, language).label).join(t('form.listSeparator'))}
        </span>
      </AriaButton>
      <DisclosurePanel className={styles.panel as string}>
        {open && keys.map((key) => <SettingField key={key} settingKey={key} />)}
      </DisclosurePanel>
    </Disclosure>
  )
}
