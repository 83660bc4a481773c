// Builds and runs the processes of the kill tests.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import type { Fault } from '../../files/testing/faulty-disk.ts'
import { readHistory } from '../../training/history.ts'
import type { HostJob, HostReport } from './host.ts'

const root = join(import.meta.dirname, '..', '..', '..')

export interface Bundles {
  /** Remove it at the end. */
  readonly folder: string
  readonly host: string
  readonly engine: string
  readonly reader: string
}

/**
 * Bundles host, engine and reader as they are in the sources. Inside the project, so that packages with native parts
 * are found.
 */
export async function buildProcesses(): Promise<Bundles> {
  const folder = await mkdtemp(join(root, 'node_modules', '.terakoya-test-'))
  const entries = {
    host: join(import.meta.dirname, 'host.ts'),
    engine: join(import.meta.dirname, 'engine.ts'),
    reader: join(root, 'electron', 'reader', 'reader.ts'),
  }
  for (const [name, entry] of Object.entries(entries)) {
    await build({
      configFile: false,
      logLevel: 'error',
      root,
      publicDir: false,
      build: {
        ssr: entry,
        outDir: join(folder, name),
        target: 'node20',
        rolldownOptions: {
          external: ['koffi', 'onnxruntime-node', '@duckdb/node-api'],
          output: { format: 'es', entryFileNames: `${name}.mjs` },
        },
      },
    })
  }
  return {
    folder,
    host: join(folder, 'host', 'host.mjs'),
    engine: join(folder, 'engine', 'engine.mjs'),
    reader: join(folder, 'reader', 'reader.mjs'),
  }
}

export interface HostRun {
  /** A folder for the library and the preferences. */
  readonly folder: string
  readonly settings: HostJob['settings']
  readonly hostFault?: Fault
  readonly engineFault?: Fault
  /** Files that get a line for every boundary. */
  readonly hostBoundaries?: string
  readonly engineBoundaries?: string
}

/** Runs a host until it ends or is killed; null where it was killed. */
export function runHost(
  { host, engine, reader }: Bundles,
  { folder, settings, hostFault, engineFault, hostBoundaries, engineBoundaries }: HostRun,
): Promise<HostReport | null> {
  const job: HostJob = {
    libraryFolder: join(folder, 'library'),
    preferencesFile: join(folder, 'preferences.json'),
    resourcesFolder: join(root, 'resources'),
    engine,
    reader,
    settings,
    ...(engineFault ? { engineFault } : {}),
    ...(engineBoundaries ? { engineBoundaries } : {}),
  }
  const env = {
    ...process.env,
    TERAKOYA_TEST_FAULT: hostFault ? JSON.stringify(hostFault) : '',
    TERAKOYA_TEST_BOUNDARIES: hostBoundaries ?? '',
  }
  const child = spawn(process.execPath, [host, JSON.stringify(job)], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') return resolve(null)
      if (code !== 0) return reject(new Error(`host exited with ${code ?? signal}: ${output}`))
      resolve(JSON.parse(output.trim().split('\n').at(-1) ?? '') as HostReport)
    })
  })
}

/**
 * Everything that a resumed run has in common with an unbroken one, bit for bit: the curve without times, the answers,
 * the vectors.
 */
export async function resultsOf(experimentFolder: string): Promise<unknown> {
  const text = await readFile(join(experimentFolder, 'metrics.jsonl'), 'utf8')
  const { steps, evaluations } = await readHistory({
    metrics: join(experimentFolder, 'metrics.jsonl'),
    predictions: join(experimentFolder, 'predictions'),
  })
  const checkpoints = join(experimentFolder, 'checkpoints')
  const names = (await readdir(checkpoints)).sort()
  const contents = await Promise.all(
    names.map(async (name) => {
      if (name === 'last' || name === 'best') return readFile(join(checkpoints, name), 'utf8')
      const files = (await readdir(join(checkpoints, name))).sort()
      return Promise.all(
        files.map(async (file) => [file, contentOf(file, await readFile(join(checkpoints, name, file)))]),
      )
    }),
  )
  return {
    // Each line once: reading would hide a step that was told twice.
    lineCount: text.split('\n').length - 1,
    steps: steps.map(({ stepMs: _, ...step }) => step),
    evaluations,
    predictions: (await readdir(join(experimentFolder, 'predictions'))).sort(),
    checkpoints: names.map((name, index) => [name, contents[index]]),
  }
}

const contentOf = (file: string, bytes: Buffer): string =>
  file.endsWith('.json') ? bytes.toString() : createHash('sha256').update(bytes).digest('hex')

/** Files that a process left behind which was killed. */
export async function straysIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true })
  return entries.filter((entry) => /(^|[/\\])\.[^/\\]+$/.test(entry))
}
