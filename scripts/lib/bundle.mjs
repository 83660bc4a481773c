import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './setup.mjs'

/** Bundles a TypeScript file of the project for Node and runs it with the arguments; returns its exit status. */
export async function runBundled(entry, args) {
  const { build } = await import('vite')
  const name = entry.replace(/\W+/g, '-')
  const outDir = join(root, '.cache', name)
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['koffi', 'onnxruntime-node', '@duckdb/node-api', '@playwright/test'] },
    build: { ssr: join(root, entry), outDir, emptyOutDir: true, target: 'node20', minify: false, rolldownOptions: { output: { format: 'es', entryFileNames: 'main.mjs' } } },
  })
  return spawnSync(process.execPath, [join(outDir, 'main.mjs'), ...args], { cwd: root, stdio: 'inherit' }).status ?? 1
}
