import { Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components'
import type { PaletteEntry, PaletteSection } from '../commands/index.ts'
import { searchItems } from './palette.search.ts'
import { usePalette } from './palette.store.ts'
import { usePaletteSections } from './usePaletteSections.tsx'
import styles from './Palette.module.css'

/** Without a query, long sections show only so many. */
const UNASKED = 4
const ASKED = 8

/** Ctrl/Cmd+K: every command, room, dataset, run and setting. */
export function Palette() {
  const { t } = useTranslation('shell')
  const isOpen = usePalette((state) => state.isOpen)
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => usePalette.setState({ isOpen: open })}
      isDismissable
      className={styles.overlay as string}
    >
      <Modal className={styles.modal as string}>
        <Dialog aria-label={t('search')} className={styles.dialog as string}>
          <Finder />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function Finder() {
  const { t } = useTranslation('shell')
  const [query, setQuery] = useState('')
  const sections = usePaletteSections()
  const found = sections
    .map((section) => ({
      ...section,
      entries: searchItems(section.entries, query).slice(0, query.trim() === '' ? UNASKED : ASKED),
    }))
    .filter(({ entries }) => entries.length > 0)
  const run = (id: unknown) => {
    usePalette.setState({ isOpen: false })
    found
      .flatMap(({ entries }) => entries)
      .find((entry) => entry.id === id)
      ?.run()
  }
  return (
    <Autocomplete inputValue={query} onInputChange={setQuery}>
      <SearchField aria-label={t('search')} autoFocus className={styles.search as string}>
        <Search size={16} aria-hidden />
        <Input className={styles.input as string} placeholder={t('searchPlaceholder')} />
      </SearchField>
      <Menu
        aria-label={t('search')}
        className={styles.list as string}
        onAction={run}
        renderEmptyState={() => <p className={styles.none}>{t('nothingFound')}</p>}
      >
        {found.map((section) => (
          <Section key={section.id} section={section} />
        ))}
      </Menu>
    </Autocomplete>
  )
}

function Section({ section }: { readonly section: PaletteSection }) {
  return (
    <MenuSection id={section.id} className={styles.section as string}>
      <Header className={styles.header as string}>{section.title}</Header>
      {section.entries.map((entry) => (
        <Item key={entry.id} entry={entry} />
      ))}
    </MenuSection>
  )
}

function Item({ entry }: { readonly entry: PaletteEntry }) {
  return (
    <MenuItem id={entry.id} textValue={entry.label} className={styles.item as string}>
      {entry.icon && <span className={styles.icon}>{entry.icon}</span>}
      <span className={styles.label}>{entry.label}</span>
      {entry.detail && <span className={styles.detail}>{entry.detail}</span>}
      {entry.aside && <kbd className={styles.detail}>{entry.aside}</kbd>}
    </MenuItem>
  )
}
