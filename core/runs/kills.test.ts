import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Fault } from '../files/testing/faulty-disk.ts'
import { randomUniform } from '../random/rng.ts'
import { buildProcesses, resultsOf, runHost, straysIn, type Bundles } from './testing/processes.ts'

/** One in the host, one in the engine: `npm test` kills dozens more in its torture, and `npm run torture` tries them all. */
const KILLS = Number(process.env['TERAKOYA_TEST_KILLS'] ?? 2)
const settings = {
  'training.epochs': 3,
  'training.evaluation_epochs': 1,
  'training.save_checkpoint': 'best',
  'prediction.max_length_inference': 4,
  'environment.device': 'cpu',
}

let bundles: Bundles
let folder: string
let boundaries: { host: string[]; engine: string[] }
let wanted: unknown

const experimentsIn = async (place: string) =>
  (await readdir(join(place, 'library', 'experiments'))).filter((entry) => !entry.startsWith('.'))
const newPlace = async (name: string) => {
  await mkdir(join(folder, name))
  return join(folder, name)
}

beforeAll(async () => {
  bundles = await buildProcesses()
  folder = await mkdtemp(join(tmpdir(), 'terakoya-kills-'))
  const place = await newPlace('unbroken')
  const files = { host: join(folder, 'host.txt'), engine: join(folder, 'engine.txt') }
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')))
  const report = await runHost(bundles, {
    folder: place,
    settings,
    hostBoundaries: files.host,
    engineBoundaries: files.engine,
  })
  expect(report?.experiments.map(({ state }) => state)).toEqual([{ kind: 'finished' }])
  const lines = async (file: string) => (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  boundaries = { host: await lines(files.host), engine: await lines(files.engine) }
  wanted = await resultsOf(join(place, 'library', 'experiments', (await experimentsIn(place))[0] ?? ''))
}, 240_000)

afterAll(async () => {
  await Promise.all([bundles.folder, folder].map((place) => rm(place, { recursive: true, force: true })))
})

it(
  'a run that was killed at a write boundary of host or engine goes on to the very results of the unbroken one',
  { timeout: 1_200_000 },
  async () => {
    const seed = Number(process.env['TERAKOYA_TEST_SEED'] ?? Date.now() % 100_000)
    console.log(
      `seed ${seed}, ${boundaries.host.length} boundaries in the host, ${boundaries.engine.length} in the engine`,
    )
    for (let kill = 0; kill < KILLS; kill++) {
      const side = kill % 3 === 0 ? 'host' : 'engine'
      const at = 1 + Math.floor(randomUniform(seed, 'sampling', kill, 0) * boundaries[side].length)
      const fault: Fault = {
        at,
        kind: 'kill',
        when:
          (['before', 'during', 'after'] as const)[Math.floor(randomUniform(seed, 'sampling', kill, 1) * 3)] ??
          'before',
      }
      const what = `${side} ${fault.when} ${at}: ${boundaries[side][at - 1]}`
      const place = await newPlace(`kill-${kill}`)
      await runHost(bundles, {
        folder: place,
        settings,
        ...(side === 'host' ? { hostFault: fault } : { engineFault: fault }),
      })
      const report = await runHost(bundles, { folder: place, settings })
      expect([report?.errors, report?.experiments.map(({ state }) => state.kind)], what).toEqual([[], ['finished']])
      const [experiment] = await experimentsIn(place)
      const library = join(place, 'library', 'experiments')
      expect(await straysIn(library), what).toEqual([])
      expect(await resultsOf(join(library, experiment ?? '')), what).toEqual(wanted)
      await rm(place, { recursive: true })
    }
  },
)
