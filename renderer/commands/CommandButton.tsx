import { Button, type ButtonProps } from '../ui/index.ts'
import type { Command } from './commands.ts'

/**
 * A command as a button: its label, icon, and whether it can run. The owner renders again when that may have changed.
 */
export function CommandButton({
  command,
  ...rest
}: { readonly command: Command } & Pick<ButtonProps, 'variant' | 'size' | 'className' | 'icon'>) {
  return (
    <Button icon={command.icon} {...rest} isDisabled={!command.canRun()} onPress={() => void command.run()}>
      {command.label}
    </Button>
  )
}
