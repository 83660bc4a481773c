// `npm run bench` and `npm run bench:gpu`: sets up what is missing, bundles bench/ and runs it. TERAKOYA_BENCH_PYTHON
// names a Python with torch, transformers and peft to compare with.
import { runBundled } from './lib/bundle.mjs'
import { ensureBuilt, ensureInstalled } from './lib/setup.mjs'

ensureInstalled()
ensureBuilt()
const args = process.argv.slice(2)
process.exit(await (args[0] === 'gpu' ? runBundled('bench/gpu.ts', args.slice(1)) : runBundled('bench/main.ts', args)))
