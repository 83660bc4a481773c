import { Minus, Plus, Search, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { useTranslation } from 'react-i18next'
import {
  Button as AriaButton,
  Input,
  Label,
  SearchField as AriaSearchField,
  Text,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
} from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './Field.module.css'

export interface FieldProps {
  readonly label: string
  /** The label is read aloud but not shown. */
  readonly labelHidden?: boolean
  readonly help?: string
  /** A sentence; its presence marks the field as wrong. */
  readonly error?: string | null
  readonly className?: string
}

interface TextFieldProps extends FieldProps {
  /** What is typed into a password field is not shown. */
  readonly type?: 'text' | 'password'
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onBlur?: () => void
  readonly onKeyDown?: (event: KeyboardEvent) => void
  readonly placeholder?: string
  readonly maxLength?: number
  readonly isDisabled?: boolean
  readonly autoFocus?: boolean
  readonly inputRef?: Ref<HTMLInputElement>
}

/** One line of text. */
export function TextField({
  label,
  labelHidden,
  help,
  error,
  className,
  placeholder,
  inputRef,
  ...rest
}: TextFieldProps) {
  return (
    <AriaTextField
      {...rest}
      aria-label={labelHidden ? label : undefined}
      isInvalid={Boolean(error)}
      className={cx(styles.field, className)}
    >
      {!labelHidden && <Label className={styles.label}>{label}</Label>}
      <Input
        ref={inputRef}
        placeholder={placeholder}
        className={styles.input as string}
        spellCheck={false}
        autoComplete="off"
      />
      <Messages help={help} error={error} />
    </AriaTextField>
  )
}

/** Several lines of text. */
export function TextArea({
  label,
  labelHidden,
  help,
  error,
  className,
  placeholder,
  rows = 3,
  inputRef,
  ...rest
}: Omit<TextFieldProps, 'inputRef'> & { readonly rows?: number; readonly inputRef?: Ref<HTMLTextAreaElement> }) {
  return (
    <AriaTextField
      {...rest}
      aria-label={labelHidden ? label : undefined}
      isInvalid={Boolean(error)}
      className={cx(styles.field, className)}
    >
      {!labelHidden && <Label className={styles.label}>{label}</Label>}
      <AriaTextArea
        ref={inputRef}
        rows={rows}
        placeholder={placeholder}
        className={cx(styles.input, styles.area)}
        spellCheck={false}
      />
      <Messages help={help} error={error} />
    </AriaTextField>
  )
}

export interface NumberTextFieldProps extends FieldProps {
  /** The text as typed: it may be no number yet. */
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onBlur?: () => void
  readonly min: number
  readonly max: number
  readonly step: number
  readonly unit?: string
  readonly isDisabled?: boolean
}

/** A number as text, so that 5e-5 and full-width digits can be typed; arrow keys and the buttons step it. */
export function NumberTextField({
  label,
  labelHidden,
  help,
  error,
  className,
  value,
  onChange,
  min,
  max,
  step,
  unit,
  isDisabled,
  onBlur,
}: NumberTextFieldProps) {
  const { t } = useTranslation()
  const move = (direction: 1 | -1) => onChange(stepped(value, direction * step, min, max))
  const keyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    move(event.key === 'ArrowUp' ? 1 : -1)
  }
  return (
    <AriaTextField
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      isDisabled={isDisabled}
      aria-label={labelHidden ? label : undefined}
      isInvalid={Boolean(error)}
      className={cx(styles.field, className)}
    >
      {!labelHidden && <Label className={styles.label}>{label}</Label>}
      <span className={styles.number}>
        <Input className={cx(styles.input, styles.digits)} inputMode="decimal" onKeyDown={keyDown} autoComplete="off" />
        <StepButton label={t('decrease', { label })} isDisabled={isDisabled} onPress={() => move(-1)}>
          <Minus size={13} />
        </StepButton>
        <StepButton label={t('increase', { label })} isDisabled={isDisabled} onPress={() => move(1)}>
          <Plus size={13} />
        </StepButton>
        {unit !== undefined && <span className={styles.unit}>{unit}</span>}
      </span>
      <Messages help={help} error={error} />
    </AriaTextField>
  )
}

/** Steps by a press; the keyboard has the arrow keys of the field instead. */
function StepButton({
  label,
  isDisabled,
  onPress,
  children,
}: {
  readonly label: string
  readonly isDisabled: boolean | undefined
  readonly onPress: () => void
  readonly children: ReactNode
}) {
  return (
    <AriaButton
      slot={null}
      excludeFromTabOrder
      aria-label={label}
      className={styles.stepper as string}
      isDisabled={isDisabled}
      onPress={onPress}
    >
      {children}
    </AriaButton>
  )
}

/**
 * `text` moved by `delta` within the bounds; digits after the point follow the step. A text that is no number becomes
 * the lower bound.
 */
export function stepped(text: string, delta: number, min: number, max: number): string {
  const current = Number(text.normalize('NFKC'))
  const next = Number.isFinite(current) && text.trim() !== '' ? current + delta : min
  const clamped = Math.min(max, Math.max(min, next))
  return String(Number(clamped.toPrecision(10)))
}

export function SearchField({
  label,
  value,
  onChange,
  placeholder,
  className,
  autoFocus,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly placeholder?: string
  readonly className?: string
  readonly autoFocus?: boolean
}) {
  return (
    <AriaSearchField
      aria-label={label}
      value={value}
      onChange={onChange}
      autoFocus={autoFocus}
      className={cx(styles.search, className)}
    >
      <Search size={15} aria-hidden />
      <Input placeholder={placeholder} className={styles.searchInput as string} spellCheck={false} />
      <AriaButton className={styles.clear as string}>
        <X size={14} />
      </AriaButton>
    </AriaSearchField>
  )
}

/** The error of a field and its help, both tied to the control for screen readers. */
export function Messages({
  help,
  error,
}: {
  readonly help?: string | undefined
  readonly error?: string | null | undefined
}): ReactNode {
  return (
    <>
      {error && (
        <Text slot="errorMessage" className={styles.error as string}>
          {error}
        </Text>
      )}
      {help && (
        <Text slot="description" className={styles.help as string}>
          {help}
        </Text>
      )}
    </>
  )
}
