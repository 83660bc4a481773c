import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent, type RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { DatasetInfo } from '../../../../core/contract/index.ts'
import { Button, IconButton } from '../../../ui/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../../language/index.ts'
import type { DatasetDocument } from '../document.ts'
import { closeFind, useFind } from './find.store.ts'
import styles from './FindBar.module.css'
import { goToCell } from '../goToCell.ts'
import { useFinding, type Finding } from './useFinding.ts'

interface FindBarProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
}

/**
 * Finding and replacing in the whole table, and going to a row. Enter and F3 find the next match, with Shift the one
 * before, Escape closes.
 */
export function FindBar({ document, info }: FindBarProps) {
  const { t } = useTranslation('datasets')
  const finding = useFinding(document, info)
  const fields = useFields(finding.text !== '')
  useEffect(() => closeFind, [])
  const close = () => {
    closeFind()
    focusGrid(document)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key !== 'Escape' && event.key !== 'F3') return
    event.preventDefault()
    if (event.key === 'Escape') close()
    else void finding.find(event.shiftKey ? 'previous' : 'next')
  }
  return (
    <div className={styles.bar} role="search" aria-label={t('find.title')} data-region="find" onKeyDown={onKeyDown}>
      <div className={styles.line}>
        <FindField finding={finding} input={fields.find} />
        <FindOptions finding={finding} />
        <RowField document={document} />
        <IconButton icon={<X size={15} />} label={t('close')} size="small" onPress={close} />
      </div>
      <div className={styles.line}>
        <ReplaceTools finding={finding} input={fields.replace} />
        <span className={styles.count} role="status">
          <CountText finding={finding} />
        </span>
      </div>
    </div>
  )
}

/** Gives the focus to the field that was asked for. Nothing can be replaced before something is looked for. */
function useFields(hasText: boolean) {
  const asked = useFind((state) => state.asked)
  const find = useRef<HTMLInputElement>(null)
  const replace = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const input = asked?.field === 'replace' && hasText ? replace.current : find.current
    if (!asked) return
    input?.focus()
    input?.select()
    // What is typed later moves no focus.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [asked])
  return { find, replace }
}

interface PartProps {
  readonly finding: Finding
}
interface FieldProps extends PartProps {
  readonly input: RefObject<HTMLInputElement | null>
}

/** True for Enter, unless an input method takes it. */
const isEnter = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' && !event.nativeEvent.isComposing && event.keyCode !== 229

function FindField({ finding: { text, setText, query, find }, input }: FieldProps) {
  const { t } = useTranslation('datasets')
  const onFindKey = (event: KeyboardEvent) => {
    if (!isEnter(event)) return
    event.preventDefault()
    void find(event.shiftKey ? 'previous' : 'next')
  }
  return (
    <>
      <input
        ref={input}
        className={styles.text}
        type="search"
        aria-label={t('find.text')}
        placeholder={t('find.text')}
        value={text}
        maxLength={1000}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onFindKey}
      />
      <IconButton
        icon={<ArrowUp size={15} />}
        label={t('find.previous')}
        size="small"
        isDisabled={!query}
        onPress={() => void find('previous')}
      />
      <IconButton
        icon={<ArrowDown size={15} />}
        label={t('find.next')}
        size="small"
        isDisabled={!query}
        onPress={() => void find('next')}
      />
    </>
  )
}

function FindOptions({ finding: { matchCase, setMatchCase, regex, setRegex } }: PartProps) {
  const { t } = useTranslation('datasets')
  return (
    <>
      <label className={styles.option}>
        <input type="checkbox" checked={matchCase} onChange={(event) => setMatchCase(event.target.checked)} />{' '}
        {t('find.matchCase')}
      </label>
      <label className={styles.option}>
        <input type="checkbox" checked={regex} onChange={(event) => setRegex(event.target.checked)} /> {t('find.regex')}
      </label>
    </>
  )
}

function ReplaceTools({ finding: { replacement, setReplacement, count, replace }, input }: FieldProps) {
  const { t } = useTranslation('datasets')
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isEnter(event)) return
    event.preventDefault()
    if (count) void replace(false)
  }
  return (
    <>
      <input
        ref={input}
        className={styles.text}
        aria-label={t('find.replacement')}
        placeholder={t('find.replacement')}
        value={replacement}
        maxLength={1000}
        spellCheck={false}
        onChange={(event) => setReplacement(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button size="small" isDisabled={!count} onPress={() => void replace(false)}>
        {t('find.replace')}
      </Button>
      <Button size="small" isDisabled={!count} onPress={() => void replace(true)}>
        {t('find.replaceAll')}
      </Button>
    </>
  )
}

/** Why nothing can be found, or how many cells match. */
function CountText({ finding: { query, count, error } }: PartProps) {
  const { t } = useTranslation('datasets')
  const language = useLanguage()
  const format = useFormat()
  return error
    ? errorSentence(error, language)
    : query && count !== null
      ? t('find.count', { count, cells: format.number(count) })
      : ''
}

/** A row number to go to. */
function RowField({ document }: { readonly document: DatasetDocument }) {
  const { t } = useTranslation('datasets')
  const active = useStore(document.grid, (state) => state.selection.active)
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (!isEnter(event)) return
    event.preventDefault()
    const row = Number(event.currentTarget.value.normalize('NFKC').replaceAll(',', ''))
    if (!Number.isInteger(row) || row < 1) return
    goToCell(document, { row: Math.min(row, Math.max(1, document.rows.rowCount())) - 1, column: active.column })
    focusGrid(document)
  }
  return (
    <input
      className={styles.row}
      inputMode="numeric"
      aria-label={t('find.goToRow')}
      placeholder={t('find.goToRow')}
      onKeyDown={onKeyDown}
    />
  )
}

const focusGrid = (document: DatasetDocument): void =>
  document.grid.getState().context?.env.textarea()?.focus({ preventScroll: true })
