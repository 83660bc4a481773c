import i18next, { type TFunction } from 'i18next'
import { MessageSquareText, PackageOpen, Play, Plus, RotateCcw, Square, Trash2 } from 'lucide-react'
import { isActive, isResumable, type ExperimentSummary } from '../../../core/contract/index.ts'
import { inEveryLanguage } from '../../language/index.ts'
import { goTo, useSession } from '../../session/index.ts'
import { type Command } from '../../commands/index.ts'
import { remove, resume, stop } from './actions.ts'
import { activeRun, isTrained, isUnreadable, useExperiments } from './experiments.store.ts'
import { openExport } from './exports/exports.store.ts'
import { openForm, startTraining, useForm } from './form.store.ts'

type Words = TFunction<'experiments'>

const running = () => activeRun(useExperiments.getState())

/** The experiment in view, where the room shows one. */
function selected(): ExperimentSummary | null {
  const { room, selection } = useSession.getState()
  if (room !== 'experiments') return null
  const { list } = useExperiments.getState()
  return list.kind === 'ready' ? (list.items.find(({ id }) => id === selection.experiments) ?? null) : null
}

/** 学習開始: starts what the form in view says. */
export const startCommand = (t: Words): Command => ({
  id: 'experiments.start',
  label: t('start'),
  icon: <Play size={16} />,
  canRun: () =>
    running() === null &&
    useForm.getState().submit.kind !== 'starting' &&
    useSession.getState().room === 'experiments' &&
    selected() === null,
  run: startTraining,
})

export type RunCommand = 'stop' | 'resume' | 'chat' | 'export' | 'remove'

/** What can be done with one experiment. */
export const runCommands = (t: Words, summary: ExperimentSummary): Record<RunCommand, Command> => ({
  stop: {
    id: 'experiments.stop',
    label: t(summary.state.kind === 'stopping' ? 'state.stopping' : 'stop'),
    icon: <Square size={12} fill="currentColor" />,
    keywords: inEveryLanguage(({ rooms }) => rooms.experiments.keywords.stop),
    canRun: () => isActive(summary.state) && summary.state.kind !== 'stopping',
    run: () => stop(summary.id),
  },
  resume: {
    id: 'experiments.resume',
    label: t('resume'),
    icon: <RotateCcw size={14} />,
    canRun: () => isResumable(summary.state) && !isUnreadable(summary) && running() === null,
    run: () => resume(summary.id),
  },
  chat: {
    id: 'experiments.chat',
    label: t('tryInChat'),
    icon: <MessageSquareText size={15} />,
    canRun: () => isTrained(summary),
    run: () => goTo('chat', summary.id),
  },
  export: {
    id: 'experiments.export',
    label: t('exports.act'),
    icon: <PackageOpen size={15} />,
    keywords: inEveryLanguage(({ rooms }) => rooms.experiments.exports.keywords),
    canRun: () => isTrained(summary) && !isUnreadable(summary),
    run: () => openExport(summary),
  },
  remove: {
    id: 'experiments.remove',
    label: t('remove'),
    icon: <Trash2 size={14} />,
    canRun: () => !isActive(summary.state),
    run: () => remove(summary),
  },
})

/** Every act of 実験 that makes sense now. */
export function experimentCommands(): readonly Command[] {
  const t = i18next.getFixedT(null, 'experiments')
  const run = running()
  const shown = selected()
  const ofShown = shown ? runCommands(t, shown) : null
  return [
    {
      id: 'experiments.new',
      label: t('new'),
      icon: <Plus size={15} />,
      shortcut: 'Mod+Shift+E',
      canRun: () => true,
      run: () => openForm(),
    },
    startCommand(t),
    ...(run ? [{ ...runCommands(t, run).stop, label: t('stopNamed', { name: run.name }) }] : []),
    ...(ofShown ? [ofShown.resume, ofShown.chat, ofShown.export, ofShown.remove] : []),
  ]
}
