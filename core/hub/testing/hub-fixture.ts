import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { HubDatasetId, RepositoryPath, type HubBranch, type HubProgress } from '../../contract/index.ts'
import { mayHoldTable } from '../../datasets/formats/registry.ts'
import { createHubService, type HubService, type HubServiceOptions } from '../service.ts'
import type { TestRepository } from './hub-server.ts'

/** A Parquet file of questions and answers, as the Hub converts them. */
export async function parquetOf(rows: readonly (readonly [string, string])[]): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-parquet-'))
  const connection = await (await DuckDBInstance.create()).connect()
  const values = rows.map(([question, answer]) => `('${question}', '${answer}', 1)`).join(', ')
  await connection.run(
    `COPY (SELECT * FROM (VALUES ${values}) t("instruction", "output", "index")) TO '${join(folder, 'table.parquet')}' (FORMAT parquet)`,
  )
  const bytes = await readFile(join(folder, 'table.parquet'))
  await rm(folder, { recursive: true })
  return bytes
}

const README = '---\nlicense: cc-by-sa-4.0\nlanguage:\n- ja\n---\n# llm-japanese-dataset\n\n日本語の指示データです。\n'

/** The tutorial's two datasets, small, and one whose terms must be accepted. */
export async function tutorialDatasets(): Promise<TestRepository[]> {
  const shards = await Promise.all([
    parquetOf([
      ['日本の首都は？', '東京です。'],
      ['空は何色ですか？', '青です。'],
    ]),
    parquetOf([['雪は何色ですか？', '白です。']]),
  ])
  const original = 'instruction,output,index\r\n日本の首都は？,東京です。,1\r\n'
  return [
    {
      id: 'izumi-lab/llm-japanese-dataset',
      downloads: 812,
      likes: 120,
      tags: ['language:ja', 'license:cc-by-sa-4.0', 'size_categories:1M<n<10M', 'arxiv:2305.12720'],
      cardData: {
        license: 'cc-by-sa-4.0',
        language: ['ja'],
        size_categories: ['1M<n<10M'],
        dataset_info: {
          features: [{ name: 'instruction', dtype: 'string' }],
          splits: [{ name: 'train', num_bytes: 900, num_examples: 3 }],
        },
      },
      branches: {
        main: {
          'README.md': README,
          'data/train.csv': original,
          'data/train.jsonl.gz': gzipSync('{"instruction":"あ","output":"い"}\n'),
          'llm-japanese-dataset.py': 'import datasets\n',
        },
        'refs/convert/parquet': {
          'default/train/0000.parquet': shards[0],
          'default/train/0001.parquet': shards[1],
          'small/partial-test/0000.parquet': shards[1],
        },
      },
    },
    {
      id: 'kunishou/hh-rlhf-eval-3k-ja',
      downloads: 45,
      likes: 3,
      tags: ['license:mit', 'size_categories:1K<n<10K'],
      cardData: { license: 'mit' },
      branches: {
        main: {
          'README.md': '---\nlicense: mit\n---\n',
          'hh-rlhf-eval-3k-ja.json': JSON.stringify([{ index: '0', instruction: '質問', input: '', output: '回答' }]),
        },
      },
    },
    {
      id: 'someone/gated-ja',
      downloads: 900,
      tags: ['license:other'],
      gated: 'auto',
      cardData: { license: 'other', license_name: 'research-only' },
      branches: { main: { 'README.md': '# 研究用\n', 'data.csv': 'a,b\n1,2\n' } },
    },
  ]
}

export const LLM_JAPANESE = HubDatasetId.parse('izumi-lab/llm-japanese-dataset')

export interface TestHub extends HubService {
  readonly library: string
  readonly home: string
  readonly events: readonly HubProgress[]
  /** The first event, of those that came and those to come, that is as wanted. */
  until(wanted: (progress: HubProgress) => boolean): Promise<HubProgress>
  /** Downloads to the end, whatever it is. */
  bring(paths: readonly string[], branch?: HubBranch): Promise<HubProgress>
}

/** The service on fresh folders, with only these variables. */
export async function createTestHub(
  environment: NodeJS.ProcessEnv,
  more: Pick<HubServiceOptions, 'isOffline'> = {},
): Promise<TestHub> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-hub-'))
  const [library, home] = [join(folder, 'library'), join(folder, 'home')]
  await mkdir(library)
  const events: HubProgress[] = []
  const waiting: { wanted: (progress: HubProgress) => boolean; resolve: (progress: HubProgress) => void }[] = []
  const emit = (_: string, progress: HubProgress) => {
    events.push(progress)
    for (const each of waiting.filter(({ wanted }) => wanted(progress))) {
      waiting.splice(waiting.indexOf(each), 1)
      each.resolve(progress)
    }
  }
  let clockMs = 0
  const service = createHubService({
    preferencesFile: join(home, 'preferences.json'),
    libraryFolder: () => library,
    mayHoldTable,
    models: {
      reader: { call: () => Promise.reject(new Error('no models here')), close: () => undefined },
      fits: {
        ofParameterCount: async () => null as never,
        ofSketch: () => Promise.reject(new Error('no models here')),
      },
      localIdOf: () => Promise.resolve(null),
    },
    emit,
    environment: { HOME: home, ...environment },
    now: () => (clockMs += 250),
    ...more,
  })
  const until = (wanted: (progress: HubProgress) => boolean) => {
    const known = events.find(wanted)
    return known ? Promise.resolve(known) : new Promise<HubProgress>((resolve) => waiting.push({ wanted, resolve }))
  }
  return {
    ...service,
    library,
    home,
    events,
    until,
    async bring(paths, branch = 'parquet') {
      const { downloadId } = await service.download({
        id: LLM_JAPANESE,
        branch,
        paths: paths.map((path) => RepositoryPath.parse(path)),
      })
      return until((progress) => progress.downloadId === downloadId && hasEnded(progress))
    },
    async close() {
      await service.close()
      await rm(folder, { recursive: true })
    },
  }
}

export const hasEnded = ({ state }: HubProgress): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled'
