import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './command.ts'
import { writeAsar } from './asar.ts'

/**
 * The application as it is installed: its own program beside its libraries, its code in app.asar. `remove` deletes it.
 */
export function packDesktop(electron: string): { readonly program: string; readonly remove: () => void } {
  const distribution = dirname(electron)
  const folder = mkdtempSync(join(root, '.cache', 'packaged-'))
  const resources = join(folder, 'resources')
  mkdirSync(resources)
  for (const name of readdirSync(distribution))
    if (name !== 'electron' && name !== 'resources') symlinkSync(join(distribution, name), join(folder, name))
  // Not a link by name: the program looks for its files beside the file that runs.
  const program = join(folder, 'terakoya-studio')
  linkSync(electron, program)
  writeAsar(join(resources, 'app.asar'), root, ['package.json', 'out'])
  symlinkSync(join(root, 'node_modules'), join(resources, 'node_modules'))
  symlinkSync(join(root, 'resources'), join(resources, 'resources'))
  return { program, remove: () => rmSync(folder, { recursive: true }) }
}
