// `npm run corpus -- FOLDER [--seconds N] [--save REPORT] [--against REPORT]`: reads every file of a folder and says
// what is wrong. See core/corpus/main.ts.
import { resolve } from 'node:path'
import { runBundled } from './lib/bundle.mjs'
import { ensureInstalled } from './lib/setup.mjs'

ensureInstalled()
const [folder, ...rest] = process.argv.slice(2)
process.exit(await runBundled('core/corpus/main.ts', folder === undefined ? [] : [resolve(folder), ...rest]))
