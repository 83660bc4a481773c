import i18next from 'i18next'
import type { AppError, ModelId, ModelSummary } from '../../../core/contract/index.ts'
import { pickFolder } from '../../dialogs/index.ts'
import { toastError } from '../../errors/index.ts'
import { goTo, useSession } from '../../session/index.ts'
import { toast } from '../../ui/index.ts'
import { takeAddition } from './downloads/downloads.store.ts'
import * as api from './models.api.ts'
import { loadModels, useModels } from './models.store.ts'

const texts = () => i18next.getFixedT(null, 'models')

/** Resolves with what is wrong with the name, or null. */
export async function rename(id: ModelId, name: string): Promise<AppError | null> {
  const result = await api.rename(id, name)
  if (!result.ok) return result.error
  await loadModels()
  return null
}

/** Removes a model; where experiments need it, only after a question. */
export async function remove(model: ModelSummary): Promise<void> {
  const result = await api.users(model.id)
  if (!result.ok) return toastError(result.error)
  if (result.value.length > 0) return useModels.setState({ toRemove: { model, users: result.value } })
  await removeNow(model)
}

export const keepModel = (): void => useModels.setState({ toRemove: null })

/** Moves the model to the trash and offers to bring it back. */
export async function removeNow({ id, name }: ModelSummary): Promise<void> {
  keepModel()
  const result = await api.remove(id)
  if (!result.ok) return toastError(result.error)
  if (useSession.getState().selection.models === id) useSession.getState().select('models', null)
  await loadModels()
  toast(texts()('removed', { name }), { label: i18next.t('undo', { ns: 'common' }), run: () => void restore(id) })
}

async function restore(id: ModelId): Promise<void> {
  const result = await api.restore(id)
  if (!result.ok) return toastError(result.error)
  await loadModels()
  goTo('models', id)
}

/** Makes a run of an adapter on its base, and shows it. */
export async function adopt(id: ModelId, baseId: ModelId): Promise<void> {
  const result = await api.adopt(id, baseId)
  if (result.ok) goTo('experiments', result.value.id)
  else toastError(result.error)
}

export async function openFolder(id: ModelId): Promise<void> {
  const result = await api.openFolder(id)
  if (!result.ok) toastError(result.error)
}

export async function addByDialog(): Promise<void> {
  const folder = await pickFolder()
  if (folder !== null) await add(folder, true)
}

/** Brings a folder or a GGUF file into the library; the list of downloads shows how far it is. */
async function add(path: string, isFolder: boolean): Promise<void> {
  const result = await (isFolder ? api.addFolder(path) : api.addGguf(path))
  if (result.ok) takeAddition(result.value)
  else toastError(result.error)
}

const GGUF = /\.gguf$/i

/** Adds the folders and GGUF files that were dropped. A browser does not tell where they lie: a dialog asks there. */
export async function addDropped({ items }: DataTransfer): Promise<void> {
  // What is dropped can be read in this turn only.
  const dropped = [...items].flatMap((item) => {
    const file = item.getAsFile()
    return file ? [{ file, isFolder: item.webkitGetAsEntry()?.isDirectory ?? false }] : []
  })
  for (const { file, isFolder } of dropped) {
    if (!isFolder && !GGUF.test(file.name)) toast(texts()('drop.notFolder', { name: file.name }))
    else if (api.hostKind() === 'web') {
      toast(texts()('drop.web'))
      return addByDialog()
    } else {
      const adopted = await api.adoptFolder(file)
      if (adopted.ok) await add(adopted.value.path, isFolder)
      else toastError(adopted.error)
    }
  }
}
