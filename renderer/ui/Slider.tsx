import { Label, Slider as AriaSlider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './Slider.module.css'

/** A number within bounds, by drag or arrow keys; what is chosen stands beside the label. */
export function Slider({
  label,
  value,
  onChange,
  min,
  max,
  step,
  help,
  className,
}: {
  readonly label: string
  readonly value: number
  readonly onChange: (value: number) => void
  readonly min: number
  readonly max: number
  readonly step: number
  readonly help?: string
  readonly className?: string
}) {
  return (
    <div className={cx(styles.whole, className)}>
      <AriaSlider
        value={value}
        onChange={onChange}
        minValue={min}
        maxValue={max}
        step={step}
        className={styles.slider as string}
        formatOptions={{ maximumFractionDigits: 3 }}
      >
        <div className={styles.line}>
          <Label className={styles.label}>{label}</Label>
          <SliderOutput className={styles.value as string} />
        </div>
        <SliderTrack className={styles.track as string}>
          {({ state }) => (
            <>
              <div className={styles.rail} />
              <div className={styles.fill} style={{ inlineSize: `${state.getThumbPercent(0) * 100}%` }} />
              <SliderThumb className={styles.thumb as string} />
            </>
          )}
        </SliderTrack>
      </AriaSlider>
      {help !== undefined && <p className={styles.help}>{help}</p>}
    </div>
  )
}
