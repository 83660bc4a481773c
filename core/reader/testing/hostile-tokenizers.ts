import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorCode } from '../../contract/index.ts'
import type { HostileCase } from './hostile-models.ts'
import type { Entry } from './sound-model.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', 'tokenizers', 'fixtures')
const jsonOf = (name: string) =>
  JSON.parse(readFileSync(join(FIXTURES, name, 'tokenizer.json'), 'utf8')) as Record<string, unknown> & {
    model: object
  }
const [bpe, unigram] = [jsonOf('bpe_json_bytes'), jsonOf('unigram_json')]

const json = (changes: object, base: object = bpe): string => JSON.stringify({ ...base, ...changes })
const model = (changes: object): string => json({ model: { ...bpe.model, ...changes } })
const replace = (pattern: object, content: string) => ({ type: 'Replace', pattern, content })
const doubling = { type: 'Sequence', normalizers: Array.from({ length: 40 }, () => replace({ String: 'a' }, 'aa')) }
const splitBy = (Regex: string) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false })
/**
 * Every a becomes seven million letters: a text of 64 takes more memory than a request may, and is shorter than the
 * longest of JavaScript.
 */
const bloat = replace({ String: 'a' }, 'b'.repeat(7_000_000))
/** Every end of every run is tried: the seventh power of the text's length. */
const POLYNOMIAL = `${'a*'.repeat(8)}$x`
const nested = (levels: number): unknown => (levels === 0 ? null : { type: 'Sequence', decoders: [nested(levels - 1)] })
const words = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id: 2_000 + id, content: `<word ${id}>`, special: true }))

const GIVES_UP: readonly ErrorCode[] = ['model/too-slow', 'model/too-large', 'model/unreadable']

const tokenizerJson: readonly (readonly [name: string, entry: Entry, ...codes: (ErrorCode | null)[]])[] = [
  ['tokenizer-none', null, 'tokenizer/missing'],
  ['tokenizer-empty', '', 'checkpoint/json-invalid'],
  ['tokenizer-object', '{}', 'tokenizer/damaged'],
  ['tokenizer-null-model', json({ model: null }), 'tokenizer/damaged'],
  ['tokenizer-130-mb', { start: '{"model":', sparseBytes: 130_000_000 }, 'file/too-large'],
  ['tokenizer-deep', `{"model":${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}}`, 'file/too-deep'],
  ['tokenizer-deep-decoder', json({ decoder: nested(2_000) }), 'file/too-deep'],
  ['tokenizer-id-1e15', model({ vocab: { a: 1e15 } }), 'tokenizer/damaged'],
  ['tokenizer-id-negative', model({ vocab: { a: -1 } }), 'tokenizer/damaged'],
  ['tokenizer-id-text', model({ vocab: { a: '1' } }), 'tokenizer/damaged'],
  ['tokenizer-no-merges', model({ merges: 5 }), 'tokenizer/damaged'],
  [
    'tokenizer-merges-numbers',
    model({ merges: [1, 2, 3] }),
    'tokenizer/unsupported',
    'model/unreadable',
    'tokenizer/damaged',
  ],
  ['tokenizer-type-unknown', model({ type: 'Mystery' }), 'tokenizer/unsupported'],
  ['tokenizer-type-proto', model({ type: '__proto__' }), 'tokenizer/unsupported'],
  ['tokenizer-added-id', json({ added_tokens: [{ id: 1e12, content: '<x>' }] }), 'tokenizer/damaged'],
  ['tokenizer-added-100000', json({ added_tokens: words(100_000) }), 'tokenizer/too-many-added'],
  ['tokenizer-added-long', json({ added_tokens: [{ id: 9, content: 'x'.repeat(1_000_000) }] }), 'tokenizer/damaged'],
  ['tokenizer-regex-normalizer', json({ normalizer: replace({ Regex: '(.+)+$x' }, '') }), 'tokenizer/unsupported'],
  [
    'tokenizer-regex-unigram',
    json({ normalizer: replace({ Regex: '(.+)+$x' }, '') }, unigram),
    'tokenizer/unsupported',
  ],
  ['tokenizer-regex-split', json({ pre_tokenizer: splitBy('(?:a|aa)+(?:(?:x+)+)+y') }), 'tokenizer/unsupported'],
  ['tokenizer-regex-alternation', json({ pre_tokenizer: splitBy('(?:a|a|aa|aaa)+x') }), ...GIVES_UP],
  ['tokenizer-regex-polynomial', json({ normalizer: replace({ Regex: POLYNOMIAL }, '') }), ...GIVES_UP],
  [
    'tokenizer-regex-long',
    json({ normalizer: replace({ Regex: '(a|b)'.repeat(200_000) }, '') }),
    'tokenizer/unsupported',
  ],
  ['tokenizer-doubling', json({ normalizer: doubling }), ...GIVES_UP, 'tokenizer/unsupported'],
  ['tokenizer-doubling-unigram', json({ normalizer: doubling }, unigram), ...GIVES_UP],
  ['tokenizer-bloat', json({ normalizer: bloat }, unigram), 'model/too-large'],
  [
    'tokenizer-charsmap',
    json(
      {
        normalizer: {
          type: 'Precompiled',
          precompiled_charsmap: Buffer.from('ffffff7f'.repeat(100), 'hex').toString('base64'),
        },
      },
      unigram,
    ),
    null,
    ...GIVES_UP,
  ],
  [
    'tokenizer-unk-id',
    json({ model: { ...unigram.model, unk_id: 1e9 } }, unigram),
    null,
    'tokenizer/damaged',
    'model/unreadable',
  ],
  ['tokenizer-score-1e309', json({}, unigram).replace(/-\d+\.\d+/, '1e309'), 'tokenizer/damaged'],
  ['tokenizer-fifo', { special: 'fifo' }, 'file/not-regular'],
  ['tokenizer-folder', { special: 'folder' }, 'file/not-regular'],
  ['tokenizer-dev-zero', { linkTo: '/dev/zero' }, 'file/not-regular'],
]

const spiece = readFileSync(join(FIXTURES, 't5_unigram_no_fallback', 'spiece.model'))
/** The model with one more piece, whose score is not a number. */
const notANumber = Buffer.concat([spiece, Buffer.from([0x0a, 8, 0x0a, 1, 0x61, 0x15, 0, 0, 0xc0, 0x7f])])
/** A piece whose length says more than there is. */
const endless = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x0a])

const sentencePiece: readonly (readonly [name: string, entry: Entry, ...codes: (ErrorCode | null)[]])[] = [
  ['spiece-empty', '', 'tokenizer/damaged', 'model/unreadable', null],
  ['spiece-text', 'not a model at all', 'tokenizer/damaged'],
  ['spiece-cut', spiece.subarray(0, spiece.length - 100), 'tokenizer/damaged', null],
  ['spiece-nan', notANumber, 'tokenizer/damaged'],
  ['spiece-endless', endless, 'tokenizer/damaged'],
  ['spiece-200-mb', { start: spiece, sparseBytes: 200_000_000 }, 'file/too-large'],
  ['spiece-fields-20-million', Buffer.alloc(40_000_000, Buffer.from([0x0a, 0])), 'tokenizer/damaged'],
  ['spiece-fifo', { special: 'fifo' }, 'file/not-regular'],
]

const settings = (value: object): string => JSON.stringify(value)
const settingFiles: readonly (readonly [name: string, entry: Entry, ...codes: (ErrorCode | null)[]])[] = [
  ['settings-extra-ids-1e9', settings({ extra_ids: 1e9 }), 'tokenizer/setting'],
  ['settings-extra-ids-negative', settings({ extra_ids: -1 }), 'tokenizer/setting'],
  ['settings-extra-ids-1e309', '{"extra_ids":1e309}', 'tokenizer/setting'],
  ['settings-added-key', settings({ added_tokens_decoder: { x: { content: '<x>' } } }), 'tokenizer/setting'],
  ['settings-added-id', settings({ added_tokens_decoder: { 99999999999: { content: '<x>' } } }), 'tokenizer/setting'],
  ['settings-template-number', settings({ chat_template: 5 }), 'tokenizer/setting'],
  ['settings-20-mb', { start: '{"a":"', sparseBytes: 20_000_000 }, 'file/too-large'],
  ['settings-deep', `{"a":${'['.repeat(300_000)}${']'.repeat(300_000)}}`, 'file/too-deep'],
  ['settings-fifo', { special: 'fifo' }, 'file/not-regular'],
]

/** A list that holds itself twice, forty times over, written out. */
const SHARED_LIST =
  '{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}'

/**
 * A template that fails is told where it is used (`template-failed`), not in the list: the model can be trained without
 * it.
 */
const templates: readonly (readonly [name: string, template: string, ...codes: (ErrorCode | null)[]])[] = [
  ['template-range', '{% for i in range(1000000000) %}x{% endfor %}', null],
  ['template-range-steps', '{% for i in range(0, 1000000000, 1) %}x{% endfor %}', null],
  ['template-loops', '{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}', null],
  [
    'template-doubling',
    '{% set ns = namespace(x="aaaaaaaa") %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | length }}',
    null,
  ],
  [
    'template-list-doubling',
    '{% set ns = namespace(x=[1, 2]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
    null,
  ],
  [
    'template-replace',
    '{% set ns = namespace(x="aaaaaaaa") %}{% for i in range(60) %}{% set ns.x = ns.x.replace("a", "aaaaaaaaaa") %}{% endfor %}{{ ns.x }}',
    null,
  ],
  ['template-recursion', '{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(1) }}', null],
  ['template-deep', `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`, null],
  ['template-if-deep', `${'{% if true %}'.repeat(50_000)}${'{% endif %}'.repeat(50_000)}`, null],
  ['template-indent', '{{ messages | tojson(indent=2000000000) }}', null],
  ['template-syntax', '{% for %}', null],
  ['template-raise', '{{ raise_exception("no") }}', null],
  ['template-empty', '', null],
  ['template-shared-list', SHARED_LIST, null],
  ['template-long', 'x'.repeat(2_000_000), null],
  ['template-not-a-function', '{{ messages.constructor.constructor("return process")() }}', null],
]

/** Tokenizers, their settings and chat templates that lie or never end. */
export const hostileTokenizers: readonly HostileCase[] = [
  ...tokenizerJson.map(([name, entry, ...codes]) => ({ name, codes, files: { 'tokenizer.json': entry } })),
  ...sentencePiece.map(([name, entry, ...codes]) => ({ name, codes, files: { 'spiece.model': entry } })),
  ...settingFiles.map(([name, entry, ...codes]) => ({ name, codes, files: { 'tokenizer_config.json': entry } })),
  ...templates.map(([name, template, ...codes]) => ({
    name,
    codes,
    failsAsTemplate: !codes.some((code) => code !== null) && template !== '',
    files: { 'tokenizer_config.json': settings({ chat_template: template }) },
  })),
  { name: 'template-file-fifo', codes: ['file/not-regular'], files: { 'chat_template.jinja': { special: 'fifo' } } },
  {
    name: 'template-file-5-mb',
    codes: ['file/too-large'],
    files: { 'chat_template.jinja': { start: 'x', sparseBytes: 5_000_000 } },
  },
]
