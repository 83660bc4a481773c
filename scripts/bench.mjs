// `npm run bench`: sets up what is missing, bundles bench/ and runs it. TERAKOYA_BENCH_PYTHON names a Python with torch, transformers and peft to compare with.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './lib/setup.mjs'

ensureInstalled()
ensureBuilt()
const { build } = await import('vite')
const outDir = join(root, '.cache', 'bench')
await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  ssr: { noExternal: true, external: ['koffi', 'onnxruntime-node', '@duckdb/node-api'] },
  build: { ssr: join(root, 'bench', 'main.ts'), outDir, emptyOutDir: true, target: 'node20', minify: false, rolldownOptions: { output: { format: 'es', entryFileNames: 'main.mjs' } } },
})
const { status } = spawnSync(process.execPath, [join(outDir, 'main.mjs'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
