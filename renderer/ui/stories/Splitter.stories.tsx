import { useState } from 'react'
import { TwoPanes } from '../index.ts'
import { words, type Stories } from './story.ts'
import styles from './Page.module.css'

function Panes() {
  const [width, setWidth] = useState<number>()
  return (
    <div className={styles.frame}>
      <TwoPanes
        width={width}
        onWidthChange={setWidth}
        leftWidth={240}
        left={<p className={styles.padded}>{words.title()}</p>}
        right={<p className={styles.padded}>{words.lead()}</p>}
      />
    </div>
  )
}

export const stories: Stories = { 'two panes': () => <Panes /> }
