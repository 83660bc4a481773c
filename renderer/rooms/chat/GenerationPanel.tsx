import { RotateCcw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import {
  checkSetting,
  isShown,
  settingOf,
  settingTexts,
  type SettingKey,
  type SettingValues,
} from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { Button, NumberTextField, Switch } from '../../ui/index.ts'
import { errorSentence, useLanguage } from '../../language/index.ts'
import { predictionDefaults, predictionKeys, setSetting, useChat } from './chat.store.ts'
import styles from './GenerationPanel.module.css'

/** How answers are made: the catalogue's settings of the prediction group. */
export function GenerationPanel() {
  const { t } = useTranslation('chat')
  const settings = useChat((state) => state.settings)
  const shown = predictionKeys.filter((key) => isShown(key, settings as unknown as SettingValues))
  const changed = Object.entries(predictionDefaults()).some(([key, value]) => settings[key] !== value)
  return (
    <aside className={styles.panel} aria-label={t('settings')}>
      <header className={styles.header}>
        <h2>{t('settings')}</h2>
        {changed && (
          <Button
            variant="quiet"
            size="small"
            icon={<RotateCcw size={13} />}
            onPress={() => useChat.setState({ settings: predictionDefaults() })}
          >
            {t('reset')}
          </Button>
        )}
      </header>
      {shown.map((key) => (
        <Row key={key} settingKey={key} />
      ))}
    </aside>
  )
}

function Row({ settingKey }: { readonly settingKey: SettingKey }) {
  const language = useLanguage()
  const value = useChat((state) => state.settings[settingKey])
  const definition = settingOf(settingKey)
  const { label, help } = settingTexts(settingKey, language)
  if (definition.kind === 'boolean')
    return (
      <div className={styles.row}>
        <Switch value={value === true} onChange={(next) => setSetting(settingKey, next)}>
          {label}
        </Switch>
        <p className={styles.help}>{help}</p>
      </div>
    )
  if (definition.kind !== 'integer' && definition.kind !== 'number') return null
  const written = String(value ?? definition.default)
  const problem = checkSetting(settingKey, written.normalize('NFKC'))
  const error = problem && errorSentence({ code: problem.code, facts: { ...problem, setting: settingKey } }, language)
  return (
    <NumberTextField
      className={styles.row as string}
      label={label}
      value={written}
      onChange={(next) => setSetting(settingKey, next)}
      min={definition.min}
      max={definition.max}
      step={definition.step}
      help={help}
      error={error}
      {...(definition.unit && { unit: text(language).units[definition.unit] })}
    />
  )
}
