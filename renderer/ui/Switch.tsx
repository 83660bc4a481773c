import type { ReactNode } from 'react'
import { Switch as AriaSwitch } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './Switch.module.css'

/** On or off, at once. Give `children` as the visible label, or `label` where one stands beside it already. */
export function Switch({
  value,
  onChange,
  label,
  children,
  isDisabled,
  className,
}: {
  readonly value: boolean
  readonly onChange: (value: boolean) => void
  readonly label?: string
  readonly children?: ReactNode
  readonly isDisabled?: boolean
  readonly className?: string
}) {
  return (
    <AriaSwitch
      isSelected={value}
      onChange={onChange}
      isDisabled={isDisabled ?? false}
      aria-label={label}
      className={cx(styles.switch, className)}
    >
      <span className={styles.track}>
        <span className={styles.knob} />
      </span>
      {children}
    </AriaSwitch>
  )
}
