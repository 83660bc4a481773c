import { useTranslation } from 'react-i18next'
import type { ErrorCode } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { HubTokenForm } from '../../../hub/index.ts'
import { Button, Dialog, Spinner, Tabs } from '../../../ui/index.ts'
import { addTabs, closeAdd, inspect, inspectAgain, showList, showTab, useAdd, type AddTab } from './add.store.ts'
import { CuratedList } from './CuratedList.tsx'
import { FolderTab } from './FolderTab.tsx'
import { InspectionActions } from './InspectionActions.tsx'
import { ModelInspection } from './ModelInspection.tsx'
import { ModelSearch } from './ModelSearch.tsx'
import styles from './Add.module.css'

const contents = { curated: CuratedList, search: ModelSearch, folder: FolderTab } satisfies Record<AddTab, unknown>

/** Who may not see a repository is told that there is none. */
const curedByToken: readonly ErrorCode[] = ['hub/not-found', 'hub/gated', 'hub/token-invalid']

/**
 * Brings models into the library, from any room: recommended ones, those of the Hugging Face Hub after a look at them,
 * and folders.
 */
export function AddDialog() {
  const { t } = useTranslation('models')
  const isOpen = useAdd((state) => state.isOpen)
  const opened = useAdd((state) => state.opened)
  if (!isOpen) return null
  return (
    <Dialog
      title={t('add.title')}
      isOpen
      isWide
      onClose={closeAdd}
      actions={opened.kind === 'ready' ? <InspectionActions opened={opened} /> : undefined}
    >
      <div className={styles.content}>{opened.kind === 'none' ? <Ways /> : <Opened />}</div>
    </Dialog>
  )
}

/** Where models come from. */
function Ways() {
  const { t } = useTranslation('models')
  const tab = useAdd((state) => state.tab)
  const tabs = addTabs.map((id) => {
    const Content = contents[id]
    return { id, label: t(`add.tabs.${id}`), content: <Content /> }
  })
  return <Tabs label={t('add.title')} tabs={tabs} selected={tab} onSelect={(id) => showTab(id as AddTab)} />
}

function Opened() {
  const { t } = useTranslation('models')
  const opened = useAdd((state) => state.opened)
  return (
    <>
      <Button variant="quiet" size="small" autoFocus className={styles.back as string} onPress={showList}>
        {t('add.back')}
      </Button>
      {(opened.kind === 'loading' || opened.kind === 'failed') && <h3 className={styles.asked}>{opened.id}</h3>}
      {opened.kind === 'loading' && <Spinner />}
      {opened.kind === 'failed' && (
        <>
          <ErrorNotice error={opened.error} onRetry={() => void inspect(opened.id, opened.revision)} />
          {curedByToken.includes(opened.error.code) && <HubTokenForm onChanged={inspectAgain} />}
        </>
      )}
      {opened.kind === 'ready' && <ModelInspection model={opened.model} />}
    </>
  )
}
