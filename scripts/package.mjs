// `npm run package`: the application as it will be installed, in dist/<system>-unpacked. Downloads nothing.
// Options are electron-builder's own. See electron-builder.yml and docs/packaging.md.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildStamp, ensureBuilt, ensureInstalled, newestSourceMs, root, run } from './lib/setup.mjs'
import { ensureElectron, isStandIn } from './lib/test-machine.mjs'

ensureInstalled()
ensureBuilt()
const electron = ensureElectron()
if (!electron) {
  console.error('Electron is not here. Download it first: node node_modules/electron/install.js')
  process.exit(1)
}
const distribution = dirname(electron)
const version = readFileSync(join(distribution, 'version'), 'utf8').trim().replace(/^v/, '')
const options = process.argv.slice(2)
const stampFile = join(root, 'dist', '.terakoya-package')
const stamp = createHash('sha256')
for (const file of [buildStamp, join(root, 'electron-builder.yml'), join(root, 'package-lock.json')])
  stamp.update(readFileSync(file))
stamp.update(`${newestSourceMs(join(root, 'resources'))} ${version} ${options.join(' ')}`)
const wanted = stamp.digest('hex')

if (isStandIn(electron))
  console.log(`Packing with Electron ${version}, which is here for tests only. Do not give this package to anybody.`)
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  const start = performance.now()
  const electronOptions = [`-c.electronDist=${distribution}`, `-c.electronVersion=${version}`]
  const what = options.length > 0 ? options : ['--dir']
  run(process.execPath, [
    join(root, 'node_modules', 'electron-builder', 'cli.js'),
    ...what,
    ...electronOptions,
    '--publish',
    'never',
  ])
  writeFileSync(stampFile, wanted)
  console.log(`Packed in ${((performance.now() - start) / 1000).toFixed(1)} s: dist/`)
}
