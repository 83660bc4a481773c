import { useRef, type FocusEvent, type ReactNode } from 'react'
import { Header, ListBox, ListBoxItem, ListBoxSection } from 'react-aria-components'
import styles from './List.module.css'

export interface ListEntry {
  readonly id: string
  readonly title: string
  /** Right of the title. */
  readonly aside?: ReactNode
  /** The second line. */
  readonly detail?: ReactNode
  /** Below both, such as a progress bar. */
  readonly foot?: ReactNode
  readonly icon?: ReactNode
}

export interface ListSection {
  readonly id: string
  readonly title: string
  readonly entries: readonly ListEntry[]
}

/**
 * The left pane's list: arrows move, the selection is the thing that the right pane shows. Coming to it by Tab selects
 * nothing: what the right pane shows stays.
 */
export function List({
  label,
  entries = [],
  sections,
  selected,
  onSelect,
}: {
  readonly label: string
  readonly entries?: readonly ListEntry[]
  /** Instead of `entries`: groups with a heading; empty ones are left out. */
  readonly sections?: readonly ListSection[]
  readonly selected: string | null
  readonly onSelect: (id: string) => void
}) {
  const { isEntering, ...entry } = useEntry()
  return (
    <div className={styles.whole} {...entry}>
      <ListBox
        aria-label={label}
        className={styles.list as string}
        selectionMode="single"
        selectionBehavior="replace"
        disallowEmptySelection
        selectedKeys={selected === null ? [] : [selected]}
        onSelectionChange={(keys) => {
          const [id] = keys === 'all' ? [] : [...keys]
          if (id !== undefined && !isEntering()) onSelect(String(id))
        }}
      >
        {sections
          ? sections
              .filter((section) => section.entries.length > 0)
              .map((section) => (
                <ListBoxSection key={section.id} className={styles.section as string}>
                  <Header className={styles.sectionTitle as string}>{section.title}</Header>
                  {section.entries.map(item)}
                </ListBoxSection>
              ))
          : entries.map(item)}
      </ListBox>
    </div>
  )
}

const item = (entry: ListEntry) => (
  <ListBoxItem key={entry.id} id={entry.id} textValue={entry.title} className={styles.item as string}>
    {entry.icon && <span className={styles.icon}>{entry.icon}</span>}
    <div className={styles.body}>
      <div className={styles.line}>
        <span className={styles.title} title={entry.title}>
          {entry.title}
        </span>
        {entry.aside}
      </div>
      {entry.detail && <div className={styles.detail}>{entry.detail}</div>}
      {entry.foot}
    </div>
  </ListBoxItem>
)

/** Whether the focus is just coming to the list by the keyboard, where react-aria would select its first entry. */
function useEntry() {
  const isPressed = useRef(false)
  const entering = useRef(false)
  const press = () => {
    isPressed.current = true
    setTimeout(() => (isPressed.current = false))
  }
  return {
    isEntering: () => entering.current,
    onPointerDownCapture: press,
    onClickCapture: press,
    onFocusCapture({ currentTarget, relatedTarget }: FocusEvent) {
      entering.current = !isPressed.current && !currentTarget.contains(relatedTarget)
      queueMicrotask(() => (entering.current = false))
    },
  }
}

/** The left pane: heading with its acts, then the list. */
export function ListPane({
  title,
  actions,
  children,
}: {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className={styles.pane}>
      <header className={styles.header}>
        <h1 className={styles.heading}>{title}</h1>
        <div className={styles.actions}>{actions}</div>
      </header>
      <div className={styles.scroll}>{children}</div>
    </section>
  )
}
