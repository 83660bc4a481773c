import type { ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components'
import styles from './Tabs.module.css'

export interface TabEntry {
  readonly id: string
  readonly label: string
  readonly content: ReactNode
}

export function Tabs({
  label,
  tabs,
  selected,
  onSelect,
}: {
  readonly label: string
  readonly tabs: readonly TabEntry[]
  /** Given together with `onSelect` where the owner keeps which one is shown. */
  readonly selected?: string
  readonly onSelect?: (id: string) => void
}) {
  return (
    <AriaTabs
      className={styles.tabs as string}
      {...(selected !== undefined && { selectedKey: selected })}
      {...(onSelect && { onSelectionChange: (id) => onSelect(String(id)) })}
    >
      <TabList aria-label={label} className={styles.list as string}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className={styles.tab as string}>
            {tab.label}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={styles.panel as string}>
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  )
}
