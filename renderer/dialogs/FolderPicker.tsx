import { ArrowUp, ChevronRight, Folder, FolderPlus, House } from 'lucide-react'
import { useCallback, useState, type KeyboardEvent } from 'react'
import { Breadcrumb, Breadcrumbs, Button as AriaButton, ListBox, ListBoxItem } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { FolderListing, FolderSteps } from '../../core/contract/index.ts'
import { Button, Dialog, IconButton, LoadingPane, TextField } from '../ui/index.ts'
import { ErrorNotice } from '../errors/index.ts'
import { cancel, giveShown, goTo, goUp, makeFolder, setNaming, useFolders } from './folders.store.ts'
import styles from './FolderPicker.module.css'

/** Chooses a folder where the system's dialog cannot be had: arrows and Enter go into one, Backspace leaves it. */
export function FolderPicker() {
  const { t } = useTranslation('folders')
  const { t: common } = useTranslation()
  const picking = useFolders((state) => state.picking)
  const listing = picking?.listing ?? null
  const actions = (
    <div className={styles.actions}>
      <Button
        variant="quiet"
        icon={<FolderPlus size={15} />}
        isDisabled={!listing || picking?.isNaming === true}
        onPress={() => setNaming(true)}
        className={styles.first as string}
      >
        {t('make')}
      </Button>
      <Button onPress={cancel}>{common('cancel')}</Button>
      <Button variant="primary" isDisabled={!listing} onPress={() => void giveShown()} className={styles.use as string}>
        {t('use', { folder: listing?.steps.at(-1) ?? t('home') })}
      </Button>
    </div>
  )
  return (
    <Dialog title={t('title')} isOpen={picking !== null} onClose={cancel} actions={actions}>
      <div className={styles.picker} onKeyDown={leaveOnBackspace}>
        <p className={styles.help}>{t('help')}</p>
        {listing ? (
          <Shown listing={listing} from={picking?.from ?? null} isNaming={picking?.isNaming === true} />
        ) : (
          !picking?.error && <LoadingPane />
        )}
        {picking?.error && <ErrorNotice error={picking.error} />}
      </div>
    </Dialog>
  )
}

function leaveOnBackspace(event: KeyboardEvent): void {
  if (event.key !== 'Backspace' || event.target instanceof HTMLInputElement) return
  event.preventDefault()
  goUp()
}

interface ShownProps {
  readonly listing: FolderListing
  readonly from: string | null
  readonly isNaming: boolean
}

function Shown({ listing, from, isNaming }: ShownProps) {
  const { t } = useTranslation('folders')
  return (
    <>
      <Way steps={listing.steps} />
      {isNaming && <NewFolder />}
      <FolderList key={JSON.stringify(listing.steps)} listing={listing} from={from} hasFocus={!isNaming} />
      {listing.isCut && <p className={styles.help}>{t('cut', { count: listing.folders.length })}</p>}
    </>
  )
}

/** Where the shown folder is, from the home folder down. */
function Way({ steps }: { readonly steps: FolderSteps }) {
  const { t } = useTranslation('folders')
  const places = [
    { id: 'home', name: t('home'), steps: [] as FolderSteps },
    ...steps.map((name, index) => ({ id: `${index}`, name, steps: steps.slice(0, index + 1) })),
  ]
  return (
    <div className={styles.way}>
      <IconButton
        icon={<ArrowUp size={15} />}
        label={t('up')}
        size="small"
        isDisabled={steps.length === 0}
        onPress={goUp}
      />
      <Breadcrumbs aria-label={t('path')} className={styles.places as string}>
        {places.map((place, index) => (
          <Breadcrumb key={place.id} className={styles.place as string}>
            {index > 0 && <ChevronRight size={13} aria-hidden />}
            <AriaButton
              className={styles.step as string}
              isDisabled={index === places.length - 1}
              onPress={() => void goTo(place.steps)}
            >
              {index === 0 && <House size={13} aria-hidden />}
              <span>{place.name}</span>
            </AriaButton>
          </Breadcrumb>
        ))}
      </Breadcrumbs>
    </div>
  )
}

function FolderList({
  listing,
  from,
  hasFocus,
}: {
  readonly listing: FolderListing
  readonly from: string | null
  readonly hasFocus: boolean
}) {
  const { t } = useTranslation('folders')
  const { steps, folders } = listing
  // A new list comes with every folder: the keyboard goes on where it came from.
  const first = folders.includes(from ?? '') ? from : folders[0]
  const focus = useCallback(
    (element: HTMLElement | null) => {
      if (hasFocus) element?.focus()
    },
    [hasFocus],
  )
  return (
    <ListBox
      {...(first === undefined && { ref: focus })}
      aria-label={t('list')}
      className={styles.list as string}
      selectionMode="none"
      onAction={(name) => void goTo([...steps, String(name)])}
      renderEmptyState={() => <p className={styles.empty}>{t('empty')}</p>}
    >
      {folders.map((name) => (
        <ListBoxItem
          key={name}
          id={name}
          {...(name === first && { ref: focus })}
          textValue={name}
          className={styles.item as string}
        >
          <Folder size={15} aria-hidden />
          <span className={styles.name}>{name}</span>
        </ListBoxItem>
      ))}
    </ListBox>
  )
}

function NewFolder() {
  const { t } = useTranslation('folders')
  const { t: common } = useTranslation()
  const [name, setName] = useState('')
  const isReady = name.trim() !== ''
  const create = () => {
    if (isReady) void makeFolder(name.trim())
  }
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) create()
    // Leaves the name, not the dialog.
    if (event.key !== 'Escape') return
    event.stopPropagation()
    setNaming(false)
  }
  return (
    <div className={styles.naming}>
      <TextField
        label={t('name')}
        value={name}
        onChange={setName}
        onKeyDown={keyDown}
        maxLength={100}
        autoFocus
        className={styles.grow as string}
      />
      <Button onPress={() => setNaming(false)}>{common('cancel')}</Button>
      <Button onPress={create} isDisabled={!isReady}>
        {t('create')}
      </Button>
    </div>
  )
}
