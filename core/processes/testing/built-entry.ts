import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '..', '..', '..')

export interface BuiltEntry {
  readonly file: string
  remove(): Promise<void>
}

/** The program of an entry file, built from the sources as they are. Whoever builds it removes it. */
export async function buildEntry(entry: string): Promise<BuiltEntry> {
  // Inside the project, so that packages with native parts are found.
  const folder = await mkdtemp(join(root, 'node_modules', '.terakoya-test-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      ssr: entry,
      outDir: folder,
      rolldownOptions: { external: ['koffi', 'onnxruntime-node'], output: { entryFileNames: 'entry.js' } },
    },
  })
  return { file: join(folder, 'entry.js'), remove: () => rm(folder, { recursive: true }) }
}
