import { ChevronRight, RotateCcw, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton, Disclosure, DisclosurePanel } from 'react-aria-components'
import {
  checkSetting,
  isShown,
  MAX_QUESTION_CHARACTERS,
  settingOf,
  settingTexts,
  type SettingKey,
  type SettingValues,
} from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { Button, IconButton, NumberTextField, Segmented, Slider, Switch, TextArea, TextField } from '../../ui/index.ts'
import { errorSentence, useLanguage } from '../../language/index.ts'
import { setSetting, setSystem, useChat } from './chat.store.ts'
import { askingBounds, askingKeys, type AskingKey } from './flags.ts'
import { predictionDefaults, predictionKeys } from './prediction.ts'
import styles from './GenerationPanel.module.css'

/** How answers are made: the system prompt, and the catalogue's settings of the prediction group. */
export function GenerationPanel() {
  const { t } = useTranslation(['chat', 'common'])
  const settings = useChat((state) => state.settings)
  const shown = predictionKeys.filter((key) => isShown(key, settings as unknown as SettingValues))
  const changed = Object.entries(predictionDefaults()).some(([key, value]) => settings[key] !== value)
  return (
    <aside className={styles.panel} aria-label={t('settings')}>
      <header className={styles.header}>
        <h2>{t('settings')}</h2>
        <span className={styles.acts}>
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
          <IconButton
            icon={<X size={15} />}
            size="small"
            label={t('common:close')}
            onPress={() => useChat.setState({ settingsOpen: false })}
          />
        </span>
      </header>
      <System />
      <Manner />
      {shown.filter(isPlain).map((key) => (
        <Row key={key} settingKey={key} />
      ))}
      <Disclosure className={styles.more as string}>
        <AriaButton slot="trigger" className={styles.summary as string}>
          <ChevronRight size={13} aria-hidden />
          {t('panel.more')}
        </AriaButton>
        <DisclosurePanel className={styles.advanced as string}>
          {shown
            .filter((key) => !isPlain(key))
            .map((key) => (
              <Row key={key} settingKey={key} />
            ))}
          {askingKeys.map((key) => (
            <AskingRow key={key} name={key} />
          ))}
        </DisclosurePanel>
      </Disclosure>
    </aside>
  )
}

const isPlain = (key: SettingKey): boolean => settingOf(key).advanced !== true

/** What every answer of the conversation keeps to; kept when the field is left. */
function System() {
  const { t } = useTranslation('chat')
  const system = useChat((state) => state.system)
  const [draft, setDraft] = useState<string | null>(null)
  return (
    <TextArea
      label={t('panel.system')}
      help={t('panel.systemHelp')}
      value={draft ?? system}
      onChange={setDraft}
      onBlur={() => {
        if (draft !== null && draft !== system) void setSystem(draft)
        setDraft(null)
      }}
      maxLength={MAX_QUESTION_CHARACTERS}
      rows={3}
      className={styles.row as string}
    />
  )
}

/** How this window asks and shows. */
function Manner() {
  const { t } = useTranslation('chat')
  const carriesOn = useChat((state) => state.carriesOn)
  const marksDifferences = useChat((state) => state.marksDifferences)
  const isBeside = useChat((state) => state.columns.length > 1)
  const sendKey = useChat((state) => state.sendKey)
  return (
    <>
      <div className={styles.row}>
        <Switch value={carriesOn} onChange={(value) => useChat.setState({ carriesOn: value })}>
          {t('panel.carriesOn')}
        </Switch>
        <p className={styles.help}>{t('panel.carriesOnHelp')}</p>
      </div>
      {isBeside && (
        <Switch
          value={marksDifferences}
          onChange={(value) => useChat.setState({ marksDifferences: value })}
          className={styles.row as string}
        >
          {t('panel.differences')}
        </Switch>
      )}
      <Segmented
        label={t('panel.sendKey')}
        value={sendKey}
        onChange={(value) => useChat.setState({ sendKey: value })}
        items={[
          { id: 'enter', label: t('panel.enter') },
          { id: 'modEnter', label: t('panel.modEnter') },
        ]}
        className={styles.row as string}
      />
    </>
  )
}

/** A number that the window keeps; while it is typed, what is no such number changes nothing. */
function AskingRow({ name }: { readonly name: AskingKey }) {
  const { t } = useTranslation('chat')
  const language = useLanguage()
  const value = useChat((state) => state.asking[name])
  const [typed, setTyped] = useState<string | null>(null)
  const { min, max } = askingBounds[name]
  const change = (next: string) => {
    const number = Number(next.normalize('NFKC'))
    const isRight = next.trim() !== '' && Number.isInteger(number) && number >= min && number <= max
    setTyped(isRight ? null : next)
    if (isRight) useChat.setState(({ asking }) => ({ asking: { ...asking, [name]: number } }))
  }
  return (
    <NumberTextField
      className={styles.row as string}
      label={t(`asking.${name}`)}
      help={t(`askingHelp.${name}`)}
      value={typed ?? String(value)}
      onChange={change}
      onBlur={() => setTyped(null)}
      min={min}
      max={max}
      step={1}
      error={
        typed === null
          ? null
          : errorSentence({ code: 'chat/setting-range', facts: { name, found: typed, min, max } }, language)
      }
    />
  )
}

/** A temperature beyond this is chosen by the text only: everything is noise there. */
const MAX_TEMPERATURE = 2

function Row({ settingKey }: { readonly settingKey: SettingKey }) {
  const language = useLanguage()
  const value = useChat((state) => state.settings[settingKey])
  const definition = settingOf(settingKey)
  const { label, help } = settingTexts(settingKey, language)
  const written = String(value ?? definition.default)
  const problem = checkSetting(settingKey, definition.kind === 'text' ? written : written.normalize('NFKC'))
  const error = problem && errorSentence({ code: problem.code, facts: { ...problem, setting: settingKey } }, language)
  const common = { label, help, error, className: styles.row as string, value: written }
  const change = (next: string) => setSetting(settingKey, next)
  switch (definition.kind) {
    case 'boolean':
      return (
        <div className={styles.row}>
          <Switch value={value === true} onChange={(next) => setSetting(settingKey, next)}>
            {label}
          </Switch>
          <p className={styles.help}>{help}</p>
        </div>
      )
    case 'text':
      return <TextField {...common} onChange={change} maxLength={definition.maxCharacters} />
    case 'integer':
    case 'number':
      if (settingKey === 'prediction.temperature' && Number(written) <= MAX_TEMPERATURE)
        return (
          <Slider
            label={label}
            help={help}
            value={Number(written)}
            onChange={(next) => change(String(next))}
            min={definition.min}
            max={MAX_TEMPERATURE}
            step={definition.step}
            className={styles.row as string}
          />
        )
      return (
        <NumberTextField
          {...common}
          onChange={change}
          min={definition.min}
          max={definition.max}
          step={definition.step}
          {...(definition.unit && { unit: text(language).units[definition.unit] })}
        />
      )
    default:
      return null
  }
}
