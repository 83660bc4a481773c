// `npm run goldens -- <folder> [cpu | webgpu | cuda]`: compares with recorded numbers and prints a line for each
// family, tokenizer and metric of the folder.
import { resolve } from 'node:path'
import { runBundled } from './lib/bundle.mjs'
import { ensureInstalled } from './lib/setup.mjs'

ensureInstalled()
const [folder, ...rest] = process.argv.slice(2)
process.exit(await runBundled('core/goldens/main.ts', folder === undefined ? [] : [resolve(folder), ...rest]))
