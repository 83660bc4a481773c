import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { checkTexts, type DatasetInfo, type DatasetProblem } from '../../../../core/contract/index.ts'
import { Button, cx, IconButton, toast } from '../../../ui/index.ts'
import { useFormat, useLanguage } from '../../../language/index.ts'
import type { DatasetDocument } from '../document.ts'
import { goToCell } from '../goToCell.ts'
import panel from '../SamplePanel.module.css'
import styles from './ChecksPanel.module.css'

interface ProblemProps {
  readonly problem: DatasetProblem
  readonly document: DatasetDocument
  readonly info: DatasetInfo
}

/** One kind of problem: its places one after another and, where there is one, the repair. */
export function Problem({ problem, document, info }: ProblemProps) {
  const { t } = useTranslation('datasets')
  const language = useLanguage()
  const format = useFormat()
  const { place, go } = usePlaces({ problem, document, info })
  const { title, why, repair } = checkTexts(problem.check, language)
  const column = info.columns.find(({ id }) => id === problem.columnId)?.name
  const facts = { count: problem.count, cells: format.number(problem.count) }
  const put = async () => {
    const changed = await document.repair(problem.check, problem.columnId)
    if (changed !== null)
      toast(t('checks.repaired', { count: changed, cells: format.number(changed) }), {
        label: t('undo'),
        run: () => void document.undo(),
      })
  }
  return (
    <li className={cx(styles.problem, problem.severity === 'warning' && styles.warning)}>
      <h4>{title}</h4>
      <p className={styles.where}>
        {column === undefined ? t('checks.rows', facts) : t('checks.cells', { ...facts, column })}
        {place >= 0 && ` · ${t('checks.row', { row: format.number((problem.cells[place]?.row ?? 0) + 1) })}`}
      </p>
      <p className={panel.muted}>{why}</p>
      <div className={styles.acts}>
        <PlaceButtons title={title} onGo={(by) => void go(by)} />
        {problem.isRepairable && repair && (
          <Button size="small" onPress={() => void put()}>
            {repair}
          </Button>
        )}
      </div>
    </li>
  )
}

/** Which of the problem's places was gone to last (-1: none yet), and how to go to the next or the one before. */
function usePlaces({ problem, document, info }: ProblemProps) {
  const [place, setPlace] = useState(-1)
  const go = async (by: 1 | -1) => {
    const next = (Math.max(place, by === 1 ? -1 : 0) + by + problem.cells.length) % problem.cells.length
    const cell = problem.cells[next]
    if (!cell) return
    setPlace(next)
    await document.filter([])
    goToCell(document, {
      row: cell.row,
      column: Math.max(
        0,
        info.columns.findIndex(({ id }) => id === cell.columnId),
      ),
    })
  }
  return { place, go }
}

interface PlaceButtonsProps {
  readonly title: string
  readonly onGo: (by: 1 | -1) => void
}

function PlaceButtons({ title, onGo }: PlaceButtonsProps) {
  const { t } = useTranslation('datasets')
  return (
    <>
      <IconButton
        icon={<ChevronUp size={15} />}
        label={t('checks.previous', { problem: title })}
        size="small"
        onPress={() => onGo(-1)}
      />
      <IconButton
        icon={<ChevronDown size={15} />}
        label={t('checks.next', { problem: title })}
        size="small"
        onPress={() => onGo(1)}
      />
    </>
  )
}
