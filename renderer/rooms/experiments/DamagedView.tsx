import { FolderOpen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { ExperimentSummary } from '../../../core/contract/index.ts'
import { Button, Notice } from '../../ui/index.ts'
import { CommandButton } from '../../commands/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { openOutside } from '../../errors/index.ts'
import { runCommands } from './commands.tsx'
import { canOpenFolders } from './experiments.api.ts'
import header from './RunHeader.module.css'
import styles from './RunView.module.css'
import { StateBadge } from './StateBadge.tsx'

/** An experiment whose files cannot be read: why, and what can be done. */
export function DamagedView({ summary }: { readonly summary: ExperimentSummary }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const language = useLanguage()
  const { problem } = summary
  const file = String(problem?.facts['file'] ?? '')
  return (
    <article className={styles.run} aria-label={summary.name}>
      <header className={header.header}>
        <div className={header.names}>
          <div className={header.line}>
            <h1 className={header.name}>{summary.name}</h1>
            <StateBadge kind="damaged" />
          </div>
          <p className={header.detail}>{format.when(summary.createdAt)}</p>
        </div>
        <div className={header.actions}>
          {canOpenFolders() && file !== '' && (
            <Button icon={<FolderOpen size={14} />} onPress={() => void openOutside(file.replace(/[\\/][^\\/]*$/, ''))}>
              {t('openFolder')}
            </Button>
          )}
          <CommandButton command={runCommands(t, summary).remove} variant="danger" />
        </div>
      </header>
      {problem && <Notice tone="error">{errorSentence(problem, language)}</Notice>}
    </article>
  )
}
