// `node scripts/export-goldens.mjs <folder>`: writes the goldens of the families as exports, for
// tools/check-exports.py.
import { resolve } from 'node:path'
import { runBundled } from './lib/bundle.mjs'

const [out] = process.argv.slice(2)
if (out === undefined) process.exit(2)
process.exit(await runBundled('core/exports/testing/write-goldens.ts', [resolve('core/models/fixtures'), resolve(out)]))
