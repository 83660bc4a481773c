import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { ImportOptions, type ImportPreview, type ReadOption } from '../../../core/contract/index.ts'
import { noteSentence } from '../../../texts/sentences.ts'
import { useFormat, useLanguage } from '../../language/index.ts'
import { NumberTextField, Select } from '../../ui/index.ts'
import styles from './ImportDialog.module.css'
import { choose, UNDECIDED } from './importing.store.ts'

type Choice = ComponentType<{ readonly preview: ImportPreview }>

const listed = (values: readonly string[]) => values.map((value) => ({ id: value, label: value }))

function Entry({ preview: { entries, options } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  return (
    entries && (
      <Select
        label={t('importDialog.entry')}
        items={listed(entries)}
        value={options.entry ?? null}
        onChange={(id) => choose({ ...UNDECIDED, entry: id })}
      />
    )
  )
}

function Sheet({ preview: { sheets, options } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  return (
    sheets &&
    sheets.length > 1 && (
      <Select
        label={t('importDialog.sheet')}
        items={listed(sheets)}
        value={options.sheet ?? null}
        onChange={(id) => choose({ sheet: id })}
      />
    )
  )
}

const encodings = ImportOptions.shape.encoding.unwrap().options
/** Below it the encoding is a guess that the user should look at. */
const SURE = 0.6

function Encoding({ preview: { encodingConfidence, options } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  return (
    <Select
      label={t('importDialog.encoding')}
      items={encodings.map((id) => ({ id, label: t(`importDialog.encodings.${id}`) }))}
      value={options.encoding ?? null}
      onChange={(id) => choose({ encoding: id as (typeof encodings)[number] })}
      {...(encodingConfidence !== undefined && {
        help: t(encodingConfidence < SURE ? 'importDialog.unsure' : 'importDialog.sure', {
          percent: format.percent(encodingConfidence),
        }),
      })}
    />
  )
}

const delimiters = ImportOptions.shape.delimiter.unwrap().options
const delimiterNames = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'bar' } as const

function Delimiter({ preview: { options } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  return (
    <Select
      label={t('importDialog.delimiter')}
      items={delimiters.map((id) => ({ id, label: t(`importDialog.delimiters.${delimiterNames[id]}`) }))}
      value={options.delimiter ?? null}
      onChange={(id) => choose({ delimiter: id as (typeof delimiters)[number] })}
    />
  )
}

const { minValue: fewestSkipped, maxValue: mostSkipped } = ImportOptions.shape.skipRows.unwrap()

function SkippedRows({ preview: { options } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  const skip = (text: string) => {
    const rows = ImportOptions.shape.skipRows.safeParse(Number(text.normalize('NFKC')))
    if (text.trim() !== '' && rows.success) choose({ skipRows: rows.data })
  }
  return (
    <NumberTextField
      label={t('importDialog.skipRows')}
      value={String(options.skipRows)}
      min={fewestSkipped ?? 0}
      max={mostSkipped ?? Infinity}
      step={1}
      onChange={skip}
      className={styles.skip as string}
    />
  )
}

const conversationShapes = ImportOptions.shape.conversations.unwrap().options

function Conversations({ preview: { options } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  return (
    <Select
      label={t('importDialog.conversations')}
      items={conversationShapes.map((id) => ({ id, label: t(`importDialog.conversationsAs.${id}`) }))}
      value={options.conversations ?? null}
      onChange={(id) => choose({ conversations: id as (typeof conversationShapes)[number] })}
    />
  )
}

function Header({ preview: { options } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  return (
    <label className={styles.header}>
      <input
        type="checkbox"
        checked={options.hasHeader}
        onChange={(event) => choose({ hasHeader: event.target.checked })}
      />{' '}
      {t('importDialog.header')}
    </label>
  )
}

/** A control for every option that a format may name, in their order. */
const choices: Readonly<Record<ReadOption, Choice>> = {
  entry: Entry,
  sheet: Sheet,
  encoding: Encoding,
  delimiter: Delimiter,
  skipRows: SkippedRows,
  conversations: Conversations,
  hasHeader: Header,
}

/** The file's format, and how it is read as far as the file leaves that open. */
export function ImportChoices({ preview }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  const language = useLanguage()
  return (
    <div className={styles.choices}>
      <p className={styles.format}>{t(`importDialog.format.${preview.format}`, { defaultValue: preview.format })}</p>
      {preview.notes?.map((note) => (
        <p key={note.code} role="note" className={styles.note}>
          {noteSentence(note, language)}
        </p>
      ))}
      {(Object.entries(choices) as [ReadOption, Choice][]).map(
        ([option, Choice]) => preview.options[option] !== undefined && <Choice key={option} preview={preview} />,
      )}
    </div>
  )
}
