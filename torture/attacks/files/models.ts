import { linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import type { AttackContext } from '../../harness/attack.ts'
import { libraryOf } from '../../harness/host.ts'
import { root } from '../../harness/places.ts'
import { hostileCount, writeHostileModel } from './hostile-folders.ts'
import { spoil, spoilJson } from './mutations.ts'
import type { Target } from './target.ts'

const shipped = join(root, 'resources', 'models', 'terakoya-tiny-ja')
const parts = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'spiece.model',
  'model.safetensors',
  'README.md',
] as const
const BATCH = 5

/** Templates that never end, read what they must not, or are none. */
const templates: readonly string[] = [
  '{% for i in range(1000000000) %}x{% endfor %}',
  '{% for i in range(1e9) %}{% for j in range(1e9) %}{% endfor %}{% endfor %}',
  "{{ 'x' * 1000000000 }}",
  "{% set ns = namespace(a='x') %}{% for i in range(64) %}{% set ns.a = ns.a + ns.a %}{% endfor %}{{ ns.a }}",
  "{{ ''.__class__.__mro__ }}",
  "{{ messages.constructor.constructor('return process')() }}",
  "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
  '{% if %}',
  '{{',
  '{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}',
  '{{ messages[1e9].content }}',
  "{{ raise_exception('x') }}",
  `${'{% if true %}'.repeat(5000)}${'{% endif %}'.repeat(5000)}`,
  `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
  '{{ "a" | replace("a", "b" * 100000000) }}',
]

/** Headers of safetensors that claim what is not there. */
const headers: readonly (readonly [what: string, json: string, length?: bigint])[] = [
  ['a header of 98 MB', '{"a":1}', 98_000_000n],
  ['a header of 2^63', '{}', 2n ** 63n],
  ['no header', '', 0n],
  ['an offset beyond the end', '{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,1000000000000]}}'],
  ['a negative shape', '{"w":{"dtype":"F32","shape":[-1,2],"data_offsets":[0,8]}}'],
  ['a huge shape', '{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}'],
  [
    'a hundred thousand tensors',
    `{${Array.from({ length: 100_000 }, (_, index) => `"w${index}":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`).join(',')}}`,
  ],
  [
    'overlapping tensors',
    '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
  ],
  ['a dtype that is none', '{"w":{"dtype":"__proto__","shape":[1],"data_offsets":[0,4]}}'],
]

/**
 * Model folders of strangers in the library, some at a time: listed with their problems, and never in the way of the
 * good one.
 */
export async function tryModels(context: AttackContext, target: Target, count: number): Promise<void> {
  const { report } = context
  const dataset = await target.host.client.call('datasets.create', { from: 'sample' })
  for (let number = 0; number < count && performance.now() < context.deadlineMs; number += BATCH) {
    const made = await Promise.all(
      Array.from({ length: BATCH }, (_, index) => makeModel(context, target, number + index)),
    )
    report.count += made.length
    const what = made.map(({ id, what }) => `${id}: ${what}`).join('; ')
    const listed = await target.ask('models', what, 'models.list', {})
    report.expect(
      listed?.ok !== true ||
        (listed.value as { id: string; problem: unknown }[]).some(
          ({ id, problem }) => id === 'terakoya-tiny-ja' && problem === null,
        ),
      'models: a damaged model spoils the good one',
      what,
    )
    for (const model of listed?.ok ? (listed.value as { id: string; problem: { code: string } | null }[]) : [])
      report.expect(
        model.problem?.code !== 'internal',
        'models.list tells internal',
        `${made.find(({ id }) => id === model.id)?.what} ${JSON.stringify(model.problem)}`,
      )
    for (const model of made) await tryModel(target, model, dataset.id)
    for (const { folder } of made) rmSync(folder, { recursive: true, force: true })
  }
  await target.host.client.ask('datasets.remove', { id: dataset.id })
}

async function tryModel(target: Target, { id, what }: { id: string; what: string }, datasetId: string): Promise<void> {
  const settings = { 'dataset.id': datasetId, 'general.llm_backbone': id, 'dataset.sample_format': 'template' }
  for (const [name, input] of [
    ['models.open', { id }],
    ['experiments.plan', { settings }],
    ['experiments.sample', { datasetId, row: 0, settings }],
    ['datasets.statistics', { id: datasetId, modelId: id }],
  ] as const) {
    const result = await target.ask('model', what, name, input)
    if (result === null) return
  }
}

async function makeModel(
  { random, isLong }: AttackContext,
  target: Target,
  number: number,
): Promise<{ id: string; folder: string; what: string }> {
  const id = `stranger-${number}`
  const folder = join(libraryOf(target.folder), 'models', id)
  // Every second one is hand-made: in the short version by chance, in the long one each in turn.
  if (number % 2 === 1)
    return {
      id,
      folder,
      what: await writeHostileModel(folder, isLong ? (number - 1) / 2 : random.integer(0, hostileCount - 1)),
    }
  mkdirSync(folder, { recursive: true })
  for (const part of parts) linkOrCopy(join(shipped, part), join(folder, part))
  const replace = (part: string, contents: string | Buffer) => {
    rmSync(join(folder, part), { force: true })
    writeFileSync(join(folder, part), contents)
  }
  const template = templates[number / 2]
  if (template !== undefined) {
    const config = JSON.parse(readFileSync(join(shipped, 'tokenizer_config.json'), 'utf8')) as Record<string, unknown>
    replace('tokenizer_config.json', JSON.stringify({ ...config, chat_template: template }))
    return { id, folder, what: `the template ${template.slice(0, 60)}` }
  }
  const header = headers[number / 2 - templates.length]
  if (header !== undefined) {
    const [what, json, length = BigInt(Buffer.byteLength(json))] = header
    const size = Buffer.alloc(8)
    size.writeBigUInt64LE(length)
    replace('model.safetensors', Buffer.concat([size, Buffer.from(json), Buffer.alloc(1024)]))
    return { id, folder, what: `safetensors with ${what}` }
  }
  return {
    id,
    folder,
    what: random.chance(0.1) ? putStrange(folder, random.pick(parts)) : spoilPart(random.pick(parts)),
  }

  function spoilPart(part: string): string {
    const bytes = readFileSync(join(shipped, part))
    if (part.endsWith('.json') && random.chance(0.6)) {
      const { how, text } = spoilJson(bytes.toString('utf8'), random)
      replace(part, text)
      return `${part} with ${how}`
    }
    // The weights themselves are numbers whatever they are: it is their header that is read here.
    const head = part === 'model.safetensors' ? bytes.subarray(0, 20_000) : bytes
    const { how, bytes: spoilt } = spoil(head, random)
    replace(part, part === 'model.safetensors' ? Buffer.concat([spoilt, bytes.subarray(20_000)]) : spoilt)
    return `${part} with ${how}`
  }
}

/** No file where one should be. */
function putStrange(folder: string, part: string): string {
  const path = join(folder, part)
  rmSync(path)
  if (part === 'config.json') spawnSync('mkfifo', [path])
  else if (part === 'README.md') symlinkSync('/dev/zero', path)
  else if (part === 'tokenizer.json') mkdirSync(path)
  else symlinkSync(path, path)
  return `${part} that is no file`
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    writeFileSync(to, readFileSync(from))
  }
}
