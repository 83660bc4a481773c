import { Search } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton } from 'react-aria-components'
import type { ExperimentSummary } from '../../core/contract/index.ts'
import { CommandButton, shortcutText } from '../commands/index.ts'
import { goTo } from '../session/index.ts'
import { ProgressBar } from '../ui/index.ts'
import { useFormat } from '../language/index.ts'
import { activeRun, runCommands, useExperiments } from '../rooms/experiments/index.ts'
import { DownloadsIndicator } from '../rooms/models/index.ts'
import { usePalette } from './palette.store.ts'
import styles from './TitleBar.module.css'

/** The product's name; in every room the run under way and what is being downloaded; the palette's button. */
export function TitleBar() {
  const { t } = useTranslation('shell')
  const run = useExperiments(activeRun)
  return (
    <header className={styles.bar}>
      <span className={styles.product}>Terakoya Studio</span>
      <div className={styles.middle}>{run && <RunningRun run={run} />}</div>
      <DownloadsIndicator />
      <AriaButton className={styles.search as string} onPress={() => usePalette.setState({ isOpen: true })}>
        <Search size={14} aria-hidden />
        <span className={styles.searchText}>{t('search')}</span>
        <kbd className={styles.keys}>{shortcutText('Mod+K')}</kbd>
      </AriaButton>
    </header>
  )
}

function RunningRun({ run }: { readonly run: ExperimentSummary }) {
  const { t } = useTranslation(['shell', 'experiments'])
  const { t: tExperiments } = useTranslation('experiments')
  const format = useFormat()
  const { progress, state } = run
  const value =
    state.kind === 'preparing' || !progress || progress.totalSteps === 0 ? null : progress.step / progress.totalSteps
  const remaining =
    state.kind === 'training' && progress?.remainingSeconds != null
      ? t('experiments:remaining', { time: format.duration(progress.remainingSeconds) })
      : t(`experiments:state.${state.kind}`)
  return (
    <section className={styles.run} aria-label={t('running')}>
      <AriaButton className={styles.open as string} onPress={() => goTo('experiments', run.id)}>
        <span className={styles.name}>{run.name}</span>
        <span className={styles.meter}>
          <ProgressBar label={t('experiments:progress', { name: run.name })} value={value} />
        </span>
        <span className={styles.remaining}>
          {value !== null && <span className={styles.percent}>{format.percent(value)}</span>}
          {remaining}
        </span>
      </AriaButton>
      <CommandButton command={runCommands(tExperiments, run).stop} variant="danger" size="small" />
    </section>
  )
}
