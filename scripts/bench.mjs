// `npm run bench`: sets up what is missing, bundles bench/ and runs it. TERAKOYA_BENCH_PYTHON names a Python with torch, transformers and peft to compare with.
import { runBundled } from './lib/bundle.mjs'
import { ensureBuilt, ensureInstalled } from './lib/setup.mjs'

ensureInstalled()
ensureBuilt()
process.exit(await runBundled('bench/main.ts', process.argv.slice(2)))
