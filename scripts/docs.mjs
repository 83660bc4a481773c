// `npm run docs`: pages of the docstrings of core/, room by room as floors.mjs lists them, into artifacts/docs.
import { join } from 'node:path'
import { floors } from '../floors.mjs'
import { ensureInstalled, root } from './lib/setup.mjs'

ensureInstalled()
const { Application } = await import('typedoc')

const rooms = floors.filter(({ room }) => room.startsWith('core/')).map(({ room }) => room)
const application = await Application.bootstrap({
  name: 'Terakoya Studio: core',
  entryPoints: rooms,
  entryPointStrategy: 'expand',
  exclude: ['**/*.test.ts', '**/testing/**'],
  tsconfig: join(root, 'tsconfig.json'),
  readme: join(root, 'ARCHITECTURE.md'),
  excludeExternals: true,
  // Links into Node's own types have no page here.
  externalSymbolLinkMappings: { '@types/node': { '*': '#' } },
  // What `npm run types` checks already.
  skipErrorChecking: true,
  validation: { invalidLink: true, invalidPath: false, notExported: false, notDocumented: false },
  logLevel: 'Warn',
})
const project = await application.convert()
if (!project) process.exit(1)
application.validate(project)
const folder = join(root, 'artifacts', 'docs')
await application.generateDocs(project, folder)
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exit(1)
console.log(`${rooms.length} rooms: ${join(folder, 'index.html')}`)
