// `npm run torture -- [minutes]`: builds the studio and the attacks, then attacks studios of its own on this computer.
// See torture/main.ts.
import { bundle, runBundled } from './lib/bundle.mjs'
import { ensureBuilt, ensureInstalled } from './lib/setup.mjs'

ensureInstalled()
ensureBuilt()
process.env.TORTURE_PRELOAD = await bundle('torture/preload/preload.ts')
process.exit(await runBundled('torture/main.ts', process.argv.slice(2)))
