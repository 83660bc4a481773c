import { Box, Combine, FolderInput, Layers2, Plus, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { ModelKind, ModelSummary } from '../../../core/contract/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { RememberedPanes, useSession } from '../../session/index.ts'
import { Button, DropArea, EmptyState, List, ListPane, LoadingPane, type ListEntry } from '../../ui/index.ts'
import { openAdd } from './add/add.store.ts'
import { ModelPage } from './ModelPage.tsx'
import { RemoveDialog } from './RemoveDialog.tsx'
import { addDropped } from './models.actions.ts'
import { groupsOf, stateOf } from './models.selectors.ts'
import { loadModels, modelItems, useModels } from './models.store.ts'
import styles from './ModelsRoom.module.css'

const icons: Readonly<Record<ModelKind, typeof Box>> = { base: Box, merged: Combine, adapter: Layers2 }

/** モデル: what is on this machine, in groups | the selected one. Folders may be dropped anywhere. */
export function ModelsRoom() {
  const { t } = useTranslation('models')
  const list = useModels((state) => state.list)
  const items = useModels(modelItems)
  const wanted = useSession((state) => state.selection.models ?? null)
  const groups = groupsOf(items)
  const selected = items.find((model) => model.id === wanted) ?? groups.flatMap(({ models }) => models)[0]
  const right =
    list.kind === 'loading' ? (
      <LoadingPane />
    ) : selected ? (
      <ModelPage key={selected.id} model={selected} />
    ) : (
      list.kind === 'ready' && <Nothing />
    )
  return (
    <DropArea
      icon={<FolderInput size={28} aria-hidden />}
      title={t('drop.title')}
      text={t('drop.text')}
      onDrop={(dropped) => void addDropped(dropped)}
    >
      <RemoveDialog />
      <RememberedPanes id="models" left={<ModelList selected={selected?.id ?? null} />} right={right} />
    </DropArea>
  )
}

function ModelList({ selected }: { readonly selected: string | null }) {
  const { t } = useTranslation('models')
  const list = useModels((state) => state.list)
  const items = useModels(modelItems)
  const select = useSession((state) => state.select)
  const entryOf = useEntry()
  const add = (
    <Button size="small" icon={<Plus size={14} />} onPress={() => openAdd()}>
      {t('add.button')}
    </Button>
  )
  return (
    <ListPane title={t('title')} actions={add}>
      {list.kind === 'loading' && <LoadingPane />}
      {list.kind === 'failed' && (
        <ErrorNotice error={list.error} onRetry={() => void loadModels()} className={styles.notice as string} />
      )}
      {items.length > 0 && (
        <List
          label={t('title')}
          sections={groupsOf(items).map(({ kind, models }) => ({
            id: kind,
            title: t(`groups.${kind}`),
            entries: models.map(entryOf),
          }))}
          selected={selected}
          onSelect={(id) => select('models', id)}
        />
      )}
    </ListPane>
  )
}

/** An entry of the list: the name, then its size and where it is, or its state. */
function useEntry(): (model: ModelSummary) => ListEntry {
  const { t } = useTranslation('models')
  const format = useFormat()
  return (model) => {
    const state = stateOf(model)
    const Icon = state === 'damaged' ? TriangleAlert : icons[model.kind]
    const size = model.sizeBytes > 0 ? [format.bytes(model.sizeBytes)] : []
    return {
      id: model.id,
      title: model.name,
      detail: [...(state ? [t(state)] : size), t(`origin.${model.origin}`)].join(t('separator')),
      icon: <Icon size={16} />,
    }
  }
}

function Nothing() {
  const { t } = useTranslation('models')
  return (
    <EmptyState icon={<Box size={22} />} title={t('empty.title')} text={t('empty.text')}>
      <Button variant="primary" icon={<Plus size={15} />} onPress={() => openAdd()}>
        {t('add.title')}
      </Button>
    </EmptyState>
  )
}
