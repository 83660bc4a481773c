import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { root } from './setup.mjs'

/** In a bundle `import.meta.dirname` is still the folder of the source that says it: fixtures lie beside it. */
const sourceFolders = {
  name: 'source-folders',
  transform: (code, id) =>
    id.includes('node_modules') || !code.includes('import.meta.dirname')
      ? null
      : code.replaceAll('import.meta.dirname', JSON.stringify(dirname(id))),
}

/** Bundles a TypeScript file of the project for Node; returns the bundle's path. */
export async function bundle(entry) {
  const { build } = await import('vite')
  const name = entry.replace(/\W+/g, '-')
  const outDir = join(root, '.cache', name)
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [sourceFolders],
    ssr: { noExternal: true, external: ['koffi', 'onnxruntime-node', '@duckdb/node-api', '@playwright/test'] },
    build: {
      ssr: join(root, entry),
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'main.mjs' } },
    },
  })
  return join(outDir, 'main.mjs')
}

/** Bundles a TypeScript file of the project for Node and runs it with the arguments; returns its exit status. */
export async function runBundled(entry, args) {
  return spawnSync(process.execPath, [await bundle(entry), ...args], { cwd: root, stdio: 'inherit' }).status ?? 1
}
