import { Label, Radio, RadioGroup } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './Segmented.module.css'

interface SegmentedProps<T extends string> {
  readonly label: string
  readonly labelHidden?: boolean
  readonly items: readonly { readonly id: T; readonly label: string }[]
  readonly value: T
  readonly onChange: (id: T) => void
  readonly className?: string
}

/** One of a few, all in view. */
export function Segmented<T extends string>({
  label,
  labelHidden,
  items,
  value,
  onChange,
  className,
}: SegmentedProps<T>) {
  return (
    <RadioGroup
      value={value}
      onChange={(id) => onChange(id as T)}
      orientation="horizontal"
      aria-label={labelHidden ? label : undefined}
      className={cx(styles.group, className)}
    >
      {!labelHidden && <Label className={styles.label}>{label}</Label>}
      <div className={styles.track}>
        {items.map((item) => (
          <Radio key={item.id} value={item.id} className={styles.item as string}>
            {item.label}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  )
}
