import type { ComponentProps, ReactNode } from 'react'
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './Button.module.css'

type AriaProps = Omit<ComponentProps<typeof AriaButton>, 'className' | 'children' | 'style'>

export interface ButtonProps extends AriaProps {
  /** `primary`: the one act of the view; `danger`: stops or removes. */
  readonly variant?: 'primary' | 'secondary' | 'quiet' | 'danger'
  readonly size?: 'medium' | 'small' | 'large'
  readonly icon?: ReactNode
  readonly className?: string
  readonly children?: ReactNode
}

export function Button({ variant = 'secondary', size = 'medium', icon, className, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={cx(styles.button, styles[variant], styles[size], className)}>
      {icon}
      {children !== undefined && <span className={styles.label}>{children}</span>}
    </AriaButton>
  )
}

export interface IconButtonProps extends AriaProps {
  readonly icon: ReactNode
  /** Read aloud and shown as the tooltip. */
  readonly label: string
  /** Shown after the label in the tooltip. */
  readonly shortcut?: string
  readonly size?: 'medium' | 'small'
  readonly className?: string
}

/** A button that shows only its icon; the label is its tooltip. */
export function IconButton({ icon, label, shortcut, size = 'medium', className, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <AriaButton
        {...rest}
        aria-label={label}
        className={cx(styles.button, styles.quiet, styles.square, styles[size], className)}
      >
        {icon}
      </AriaButton>
      <Hint>
        {label}
        {shortcut !== undefined && <kbd className={styles.keys}>{shortcut}</kbd>}
      </Hint>
    </TooltipTrigger>
  )
}

/** The tooltip's bubble, for use inside a TooltipTrigger. */
export function Hint({
  children,
  placement = 'top',
}: {
  readonly children: ReactNode
  readonly placement?: 'top' | 'bottom' | 'left' | 'right'
}) {
  return (
    <Tooltip className={styles.tooltip as string} offset={6} placement={placement}>
      {children}
    </Tooltip>
  )
}
