import { Check, ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import {
  Button as AriaButton,
  Header,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
  Select as AriaSelect,
  SelectValue,
} from 'react-aria-components'
import { cx } from './cx.ts'
import { Messages, type FieldProps } from './Field.tsx'
import styles from './Select.module.css'

export interface SelectItem {
  readonly id: string
  readonly label: string
  /** A second, quieter line. */
  readonly detail?: string
  readonly isDisabled?: boolean
}

export interface SelectSection {
  readonly label: string
  readonly items: readonly SelectItem[]
}

interface SelectProps extends FieldProps {
  readonly items?: readonly SelectItem[]
  /** Instead of `items`: groups with a heading; empty ones are left out. */
  readonly sections?: readonly SelectSection[]
  readonly value: string | null
  readonly onChange: (id: string) => void
  readonly placeholder?: string
  readonly isDisabled?: boolean
  readonly icon?: ReactNode
  /** Without a frame: for headings. */
  readonly quiet?: boolean
}

/** One of several; the list opens below. */
export function Select({
  label,
  labelHidden,
  help,
  error,
  className,
  items = [],
  sections,
  value,
  onChange,
  placeholder,
  isDisabled,
  icon,
  quiet,
}: SelectProps) {
  return (
    <AriaSelect
      value={value}
      onChange={(key) => key !== null && onChange(String(key))}
      placeholder={placeholder}
      isDisabled={isDisabled}
      isInvalid={Boolean(error)}
      aria-label={labelHidden ? label : undefined}
      className={cx(styles.select, className)}
    >
      {!labelHidden && <Label className={styles.label}>{label}</Label>}
      <AriaButton className={cx(styles.trigger, quiet && styles.quiet)}>
        {icon}
        <SelectValue className={styles.value as string}>
          {({ selectedText, defaultChildren }) => selectedText || defaultChildren}
        </SelectValue>
        <ChevronDown size={15} aria-hidden />
      </AriaButton>
      <Messages help={help} error={error} />
      <Popover className={styles.popover as string} offset={4}>
        <ListBox className={styles.list as string}>
          {sections
            ? sections
                .filter((section) => section.items.length > 0)
                .map((section) => <Section key={section.label} section={section} />)
            : items.map((item) => <Item key={item.id} item={item} />)}
        </ListBox>
      </Popover>
    </AriaSelect>
  )
}

function Section({ section }: { readonly section: SelectSection }) {
  return (
    <ListBoxSection className={styles.section as string}>
      <Header className={styles.header as string}>{section.label}</Header>
      {section.items.map((item) => (
        <Item key={item.id} item={item} />
      ))}
    </ListBoxSection>
  )
}

function Item({ item }: { readonly item: SelectItem }) {
  return (
    <ListBoxItem
      id={item.id}
      textValue={item.label}
      isDisabled={item.isDisabled ?? false}
      className={styles.item as string}
    >
      {({ isSelected }) => (
        <>
          <span className={styles.check}>{isSelected && <Check size={14} />}</span>
          <span className={styles.text}>
            <span className={styles.name}>{item.label}</span>
            {item.detail && <span className={styles.detail}>{item.detail}</span>}
          </span>
        </>
      )}
    </ListBoxItem>
  )
}
