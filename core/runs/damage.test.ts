import { execFileSync } from 'node:child_process'
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tmpdir } from 'node:os'
import {
  defaultSettings,
  isActive,
  type DatasetInfo,
  type EventName,
  type ExperimentDetail,
  type ExperimentId,
  type ExperimentSummary,
} from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { readerEnvironment } from '../reader/environment.ts'
import { createStudio, type Studio } from '../host/studio.ts'
import { recordText, type ExperimentRecord } from './record-file.ts'
import { spawnFor } from './testing/spawn.ts'
import { buildProcesses, straysIn, type Bundles } from './testing/processes.ts'
import { neverSpawned } from '../llama-cpp/testing/never-spawned.ts'

const root = join(import.meta.dirname, '..', '..')
let bundles: Bundles
let folder: string
let experiments: string
let studio: Studio
let dataset: DatasetInfo
let finished: ExperimentId

const openStudio = () =>
  createStudio({
    host: 'cli',
    version: '0',
    resourcesFolder: join(root, 'resources'),
    preferencesFile: join(folder, 'preferences.json'),
    libraryFolder: join(folder, 'library'),
    spawnEngine: spawnFor(bundles.engine),
    spawnReader: spawnFor(bundles.reader, readerEnvironment()),
    spawnLlamaCpp: neverSpawned,
    report: (place, error) => {
      throw new Error(place, { cause: error })
    },
  })
const settings = () => ({
  'dataset.id': dataset.id,
  'training.epochs': 1,
  'training.evaluation_epochs': 1,
  'prediction.max_length_inference': 4,
  'environment.device': 'cpu',
})

async function call<T>(name: string, input: unknown): Promise<T> {
  const result = await studio.dispatch(name, input)
  if (!result.ok)
    throw Object.assign(new Error(`${name}: ${result.error.code} ${JSON.stringify(result.error.facts)}`), {
      appError: result.error,
    })
  return result.value as T
}
const codeOf = async (name: string, input: unknown): Promise<string | null> => {
  const result = await studio.dispatch(name, input)
  return result.ok ? null : result.error.code
}
const list = () => call<ExperimentSummary[]>('experiments.list', {})
const start = (changes: object = {}) =>
  call<ExperimentSummary>('experiments.start', { settings: { ...settings(), ...changes } })

/** Resolves with the event's payload when it satisfies the condition. */
function event<T>(wanted: EventName, condition: (payload: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const stop = studio.on((name, payload) => {
      if (name !== wanted || !condition(payload as T)) return
      stop()
      resolve(payload as T)
    })
  })
}
const ended = (id: ExperimentId) =>
  event<ExperimentSummary>('experiments.changed', (summary) => summary.id === id && !isActive(summary.state))
const gone = (id: ExperimentId) => event<{ id: ExperimentId }>('experiments.removed', (removed) => removed.id === id)

beforeAll(async () => {
  bundles = await buildProcesses()
  folder = await mkdtemp(join(tmpdir(), 'terakoya-damage-'))
  experiments = join(folder, 'library', 'experiments')
  studio = await openStudio()
  dataset = await call('datasets.create', { from: 'sample' })
  const { id } = await start()
  finished = id
  expect((await ended(id)).state).toEqual({ kind: 'finished' })
}, 240_000)

afterAll(async () => {
  await studio.close()
  await Promise.all([bundles.folder, folder].map((place) => rm(place, { recursive: true, force: true })))
})

describe('a damaged experiment', { timeout: 120_000 }, () => {
  const spoil: Record<string, (place: string) => Promise<unknown>> = {
    'is an empty folder': async (place) => {
      await rm(place, { recursive: true })
      await mkdir(place)
    },
    'has no record': (place) => rm(join(place, 'experiment.yaml')),
    'has an empty record': (place) => truncate(join(place, 'experiment.yaml')),
    'has a cut record': (place) => truncate(join(place, 'experiment.yaml'), 60),
    'has a foreign record': (place) => writeFile(join(place, 'experiment.yaml'), '- 1\n- 2\n'),
    'has a record of bytes': (place) => writeFile(join(place, 'experiment.yaml'), Buffer.from([0, 255, 254, 1])),
    'has a record of a later version': async (place) =>
      writeFile(
        join(place, 'experiment.yaml'),
        (await readFile(join(place, 'experiment.yaml'), 'utf8')).replace('version: 1\n', 'version: 2\n'),
      ),
    'has a time that is none': async (place) =>
      writeFile(
        join(place, 'experiment.yaml'),
        (await readFile(join(place, 'experiment.yaml'), 'utf8')).replace(/createdAt: .*/, 'createdAt: yesterday'),
      ),
    'has settings that are none': async (place) =>
      writeFile(
        join(place, 'experiment.yaml'),
        (await readFile(join(place, 'experiment.yaml'), 'utf8')).replace(/settings:[\s\S]*/, 'settings: 3\n'),
      ),
    'has a folder for a record': async (place) => {
      await rm(join(place, 'experiment.yaml'))
      await mkdir(join(place, 'experiment.yaml'))
    },
    'has a huge record': (place) => truncate(join(place, 'experiment.yaml'), 5e9),
    'has a record that bombs': (place) =>
      writeFile(
        join(place, 'experiment.yaml'),
        `a: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'},*${i ? `b${i - 1}` : 'a'}]`).join('\n')}\n`,
      ),
    ...(process.platform === 'win32'
      ? {}
      : {
          'has a FIFO for a record': async (place: string) => {
            await rm(join(place, 'experiment.yaml'))
            execFileSync('mkfifo', [join(place, 'experiment.yaml')])
          },
        }),
  }

  it('whose dataset is damaged says so, and makes no dataset of it', async () => {
    const before = (await call<DatasetInfo[]>('datasets.list', {})).length
    const id = '20260102-000000-aaaa'
    await cp(join(experiments, finished), join(experiments, id), { recursive: true })
    const file = join(experiments, id, 'data', 'dataset.parquet')
    const good = await readFile(file)
    const claims = [0, 4, good.length / 2, good.length - 8, good.length - 40].map(
      (at) => (bytes: Buffer) => bytes.fill(0xff, Math.floor(at), Math.floor(at) + 8),
    )
    const damages = [
      () => Buffer.alloc(0),
      (bytes: Buffer) => bytes.subarray(0, -20),
      (bytes: Buffer) => bytes.subarray(20),
      (bytes: Buffer) => bytes.fill(0),
      () => Buffer.from('instruction,output\n'),
      ...claims,
    ]
    let unnoticed = 0
    for (const [index, damage] of damages.entries()) {
      await writeFile(file, damage(Buffer.from(good)))
      const code = await codeOf('experiments.restoreDataset', { id })
      // Some bytes of Parquet are read by nobody.
      if (code === null && index >= damages.length - claims.length) unnoticed++
      else expect([index, code]).toEqual([index, 'dataset/parquet-damaged'])
    }
    await rm(file)
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [file])
      expect(await codeOf('experiments.restoreDataset', { id })).toBe('file/not-regular')
      await rm(file)
    }
    expect(await codeOf('experiments.restoreDataset', { id })).toBe('experiment/no-dataset')
    await rm(join(experiments, id), { recursive: true })
    expect(await call<DatasetInfo[]>('datasets.list', {})).toHaveLength(before + unnoticed)
    expect(unnoticed).toBeLessThan(claims.length)
  })

  it('is listed with its reason beside the others, can be removed and brought back', async () => {
    const ids = new Map<string, string>()
    for (const [index, [what, act]] of Object.entries(spoil).entries()) {
      const id = `20260101-0000${String(index).padStart(2, '0')}-aaaa`
      await cp(join(experiments, finished), join(experiments, id), { recursive: true })
      await act(join(experiments, id))
      ids.set(id, what)
    }
    // Neither links nor other names are experiments.
    await symlink(join(experiments, finished), join(experiments, 'a-link'))
    await mkdir(join(experiments, 'Not Ours'))
    await writeFile(join(experiments, 'a-file'), '')
    const found = await list()
    expect(found.map(({ id }) => id).sort()).toEqual([finished, ...ids.keys()].sort())
    for (const { id, state, problem } of found) {
      const what = ids.get(id)
      if (what === undefined) expect([state, problem]).toEqual([{ kind: 'finished' }, null])
      else
        expect(
          [
            state.kind,
            problem?.code.split('/')[0] === 'experiment' || problem?.code === 'settings-file/not-a-table',
            String(problem?.facts['file']),
          ],
          what,
        ).toEqual(['failed', true, join(experiments, id, 'experiment.yaml')])
    }
    for (const id of ids.keys()) {
      expect(
        [
          await codeOf('experiments.open', { id }),
          await codeOf('experiments.resume', { id }),
          await codeOf('experiments.rename', { id, name: 'x' }),
        ].every((code) => code !== null && code !== 'internal'),
      ).toBe(true)
      expect(await codeOf('experiments.remove', { id })).toBeNull()
    }
    expect((await list()).map(({ id }) => id)).toEqual([finished])
    const [first = ''] = ids.keys()
    expect((await call<ExperimentSummary>('experiments.restore', { id: first })).problem?.code).toBe(
      'experiment/incomplete',
    )
    await call('experiments.remove', { id: first })
  })

  it.each([
    ['empty', ''],
    ['cut', '{"state":{"kind":"fin'],
    ['foreign', '[]'],
    ['of a state that we do not know', '{"state":{"kind":"dancing"}}'],
    ['null', 'null'],
  ])('can be opened and resumed where only its state is %s', async (_, text) => {
    const id = '20260102-000000-aaaa' as ExperimentId
    await cp(join(experiments, finished), join(experiments, id), { recursive: true })
    await writeFile(join(experiments, id, 'state.json'), text)
    const summary = (await list()).find((one) => one.id === id)
    expect([summary?.state.kind, summary?.problem]).toEqual([
      'interrupted',
      { code: 'experiment/damaged', facts: { file: join(experiments, id, 'state.json') } },
    ])
    expect((await call<ExperimentDetail>('experiments.open', { id })).steps.length).toBe(2)
    await call('experiments.remove', { id })
  })

  it('whose curve has damaged lines can be opened; its log says how many', async () => {
    const id = '20260103-000000-aaaa' as ExperimentId
    await cp(join(experiments, finished), join(experiments, id), { recursive: true })
    const metrics = join(experiments, id, 'metrics.jsonl')
    await writeFile(metrics, `\u0000\n{"type":"step"}\n${await readFile(metrics, 'utf8')}`)
    await appendFile(join(experiments, id, 'log.txt'), 'x\n')
    const { steps, log } = await call<ExperimentDetail>('experiments.open', { id })
    expect([steps.length, log.at(-1)]).toEqual([
      2,
      expect.objectContaining({ level: 'warning', code: 'run/lines-damaged', facts: { count: 2 } }),
    ])
    await call('experiments.remove', { id })
  })
})

describe('other hands', { timeout: 120_000 }, () => {
  it('an experiment that they copy is listed, one that they move away is gone, without an error', async () => {
    const id = '20260104-000000-aaaa' as ExperimentId
    const copied = event<ExperimentSummary>(
      'experiments.changed',
      (summary) => summary.id === id && summary.problem === null,
    )
    await cp(join(experiments, finished), join(experiments, id), { recursive: true })
    expect((await copied).state).toEqual({ kind: 'finished' })
    const removed = gone(id)
    await rename(join(experiments, id), join(folder, 'elsewhere'))
    await removed
    expect([
      (await list()).map((one) => one.id),
      await codeOf('experiments.open', { id }),
      await codeOf('experiments.stop', { id }),
      await codeOf('experiments.remove', { id }),
    ]).toEqual([[finished], 'experiment/not-found', null, null])
  })

  it('a run whose folder they delete while it trains is gone, and another can start', async () => {
    const { id } = await start({ 'training.epochs': 200 })
    const states: string[] = []
    const end = studio.on(
      (name, payload) =>
        void (name === 'experiments.changed' && states.push((payload as ExperimentSummary).state.kind)),
    )
    await event<ExperimentSummary>('experiments.changed', ({ progress }) => (progress?.step ?? 0) >= 1)
    const removed = gone(id)
    await rename(join(experiments, id), join(folder, 'away'))
    await removed
    end()
    expect(states.filter((kind) => kind === 'failed' || kind === 'interrupted')).toEqual([])
    expect((await list()).map((one) => one.id)).toEqual([finished])
    const next = await start()
    expect((await ended(next.id)).state).toEqual({ kind: 'finished' })
    expect(await readdir(experiments)).not.toContain(id)
    await call('experiments.remove', { id: next.id })
  })
})

describe('acts at once', { timeout: 240_000 }, () => {
  it('of two starts one begins, and the other hears of it', async () => {
    const results = await Promise.all(
      [1, 2].map(() => studio.dispatch('experiments.start', { settings: { ...settings(), 'training.epochs': 100 } })),
    )
    const codes = results.map((result) => (result.ok ? 'started' : result.error.code))
    expect(codes.sort()).toEqual(['experiment/busy', 'started'])
    const id = (results.find(({ ok }) => ok) as { value: ExperimentSummary }).value.id
    expect((await list()).map((one) => one.id).sort()).toEqual([finished, id].sort())
    const stopped = ended(id)
    expect(await Promise.all([1, 2, 3].map(() => codeOf('experiments.stop', { id })))).toEqual([null, null, null])
    expect((await stopped).state).toEqual({ kind: 'stopped' })

    // Resuming twice, removing and renaming meanwhile, and a stop before the engine is asked.
    const resumed = Promise.all([
      codeOf('experiments.resume', { id }),
      codeOf('experiments.resume', { id }),
      codeOf('experiments.remove', { id }),
      codeOf('experiments.rename', { id, name: '新しい名前' }),
      codeOf('experiments.start', { settings: settings() }),
      codeOf('experiments.stop', { id }),
    ])
    const again = ended(id)
    expect(await resumed).toEqual([null, 'experiment/busy', 'experiment/busy', null, 'experiment/busy', null])
    const summary = await again
    expect([summary.state, summary.name]).toEqual([{ kind: 'stopped' }, '新しい名前'])
    expect(
      await Promise.all([
        codeOf('experiments.remove', { id }),
        codeOf('experiments.remove', { id }),
        codeOf('experiments.resume', { id }),
      ]),
    ).toEqual([null, null, 'experiment/not-found'])
  })
})

describe('a disk that refuses', { timeout: 400_000 }, () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EROFS', 'library/unwritable'],
  ] as const)('%s at any boundary of a start is told as %s, and nothing runs or is left', async (kind, code) => {
    for (let at = 1; ; at++) {
      const disk = faultyDisk({ fault: { at, kind }, within: experiments })
      const putBack = useDisk(disk)
      const result = await studio.dispatch('experiments.start', { settings: settings() })
      putBack()
      const what = `${at} ${disk.seen[at - 1]}`
      if (result.ok) {
        const { id } = result.value as ExperimentSummary
        const end = ended(id)
        await call('experiments.stop', { id })
        await end
        await call('experiments.remove', { id })
        expect(at).toBeGreaterThan(10)
        break
      }
      expect([result.error.code, (await list()).map(({ id }) => id), await straysIn(experiments)], what).toEqual([
        code,
        [finished],
        [],
      ])
    }
  })

  it('that takes no state does not hide how a run ended, and has it once it can', async () => {
    const { id } = await start()
    const end = ended(id)
    const real = faultyDisk()
    const putBack = useDisk({
      ...real,
      open: async (path, flags, mode) => {
        if (String(path).includes('state.json')) throw Object.assign(new Error('full'), { code: 'ENOSPC', path })
        return real.open(path, flags, mode)
      },
    })
    expect((await end).state).toEqual({ kind: 'finished' })
    const stateOf = async () =>
      (JSON.parse(await readFile(join(experiments, id, 'state.json'), 'utf8')) as { state: { kind: string } }).state
        .kind
    expect([(await list()).find((one) => one.id === id)?.state, isActive({ kind: await stateOf() } as never)]).toEqual([
      { kind: 'finished' },
      true,
    ])
    putBack()
    await studio.close()
    expect(await stateOf()).toBe('finished')
    studio = await openStudio()
    await call('experiments.remove', { id })
  })
})

describe('the next start', { timeout: 120_000 }, () => {
  it('removes what killed processes left behind, and knows that their runs are interrupted whatever their process ids', async () => {
    const id = '20260105-000000-aaaa' as ExperimentId
    const place = join(experiments, id)
    await cp(join(experiments, finished), place, { recursive: true })
    const record = { version: 1, state: { kind: 'training' }, progress: null, trainableParameterCount: 4 }
    await writeFile(join(place, 'state.json'), JSON.stringify({ ...record, hostPid: process.pid }))
    await mkdir(join(experiments, '.draft-20260101-000000-zzzz', 'data'), { recursive: true })
    for (const file of [
      '.state.json.0123456789ab.tmp',
      'predictions/.2.jsonl.0123456789ab.tmp',
      'checkpoints/.last.0123456789ab.tmp',
    ])
      await writeFile(join(place, file), '')
    for (const half of ['.draft-3-00112233', '.gone-1-00112233', '1']) await mkdir(join(place, 'checkpoints', half))
    await studio.close()
    studio = await openStudio()
    expect(await straysIn(experiments)).toEqual([])
    expect(await readdir(join(place, 'checkpoints'))).toEqual(expect.not.arrayContaining(['1']))
    expect((await list()).find((one) => one.id === id)?.state).toEqual({
      kind: 'interrupted',
      reason: 'studio-closed',
      detail: '',
    })
    await call('experiments.remove', { id })
  })
})

it('a record keeps its form', () => {
  const record: ExperimentRecord = {
    id: finished,
    name: 'x',
    createdAt: '2026-01-01T00:00:00.000Z',
    dataset: { id: dataset.id, name: 'd', version: 1 },
    model: { id: 'm' as never, name: 'm', folder: '/m' },
    device: 'cpu',
    rows: { train: 1, validation: 0 },
    settings: defaultSettings(),
  }
  expect(recordText(record)).toMatch(/^version: 1\nname: x\n/)
})
