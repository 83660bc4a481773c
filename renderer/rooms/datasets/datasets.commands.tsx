import i18next from 'i18next'
import { CloudDownload, FilePlus2, Import, Search, Sparkles, Table2 } from 'lucide-react'
import type { Texts } from '../../../texts/index.ts'
import { inEveryLanguage } from '../../language/index.ts'
import { goTo, useSession } from '../../session/index.ts'
import { type Command } from '../../commands/index.ts'
import { createAndOpen, importByDialog } from './datasets.actions.ts'
import { useDatasets } from './datasets.store.ts'
import { openFind } from './find/index.ts'
import { openHub } from './hub/hub.store.ts'

const label = (key: 'createSample' | 'createTemplate' | 'createEmpty' | 'import'): string =>
  i18next.t(key, { ns: 'datasets' })
const keywords = (command: keyof Texts['rooms']['datasets']['keywords']): string =>
  inEveryLanguage(({ rooms }) => rooms.datasets.keywords[command])
const always = (): boolean => true

/** The dialog belongs to the room: the palette may ask for it from another one. */
function showHub(): void {
  goTo('datasets')
  openHub()
}

/** What the room can do without an open dataset: in the room's own menu and in the palette. */
export const datasetCommands = (): readonly Command[] =>
  acts().map((act) => ({ ...act, detail: i18next.t('room.title', { ns: 'datasets' }) }))

/** What is done in the open table, from anywhere in the room. */
export const tableCommands = (): readonly Command[] =>
  (['find', 'replace'] as const).map((field) => ({
    id: `datasets.${field}`,
    label: i18next.t(`find.${field}Command`, { ns: 'datasets' }),
    detail: i18next.t('room.title', { ns: 'datasets' }),
    icon: <Search size={15} />,
    shortcut: field === 'find' ? 'Mod+F' : 'Mod+H',
    keywords: keywords(field),
    canRun: () => useSession.getState().room === 'datasets' && useDatasets.getState().editor.kind === 'open',
    run: () => openFind(field),
  }))

const acts = (): readonly Command[] => [
  {
    id: 'datasets.sample',
    label: label('createSample'),
    icon: <Sparkles size={15} />,
    keywords: keywords('sample'),
    canRun: always,
    run: () => createAndOpen('sample'),
  },
  {
    id: 'datasets.template',
    label: label('createTemplate'),
    icon: <Table2 size={15} />,
    keywords: keywords('template'),
    canRun: always,
    run: () => createAndOpen('template'),
  },
  {
    id: 'datasets.empty',
    label: label('createEmpty'),
    icon: <FilePlus2 size={15} />,
    keywords: keywords('empty'),
    canRun: always,
    run: () => createAndOpen('empty'),
  },
  {
    id: 'datasets.import',
    label: label('import'),
    icon: <Import size={15} />,
    keywords: keywords('import'),
    canRun: always,
    run: importByDialog,
  },
  {
    id: 'datasets.hub',
    label: i18next.t('open', { ns: 'hub' }),
    icon: <CloudDownload size={15} />,
    keywords: keywords('hub'),
    canRun: always,
    run: showHub,
  },
]
