// llama.cpp knows the expressions that cut text into words by name only. The name is chosen that cuts like the
// tokenizer does.
import { characterOfByte } from '../../tokenizers/byte-alphabet.ts'
import { jsonPreTokenizer, type Cut } from '../../tokenizers/json-pre-tokenizer.ts'
import { toUtf8 } from '../../tokenizers/utf8.ts'

interface PreTokenizer {
  /** tokenizer.ggml.pre. */
  readonly name: string
  /** Words that are in the vocabulary are not looked at by merges. */
  readonly ignoresMerges: boolean
  /** The same as tokenizer.json says it. */
  readonly json: unknown
}

const split = (regex: string) => ({ type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false })
const bytes = (useRegex: boolean) => ({ type: 'ByteLevel', add_prefix_space: false, use_regex: useRegex })
const sequence = (...pretokenizers: readonly unknown[]) => ({ type: 'Sequence', pretokenizers })
const cut = (...regexes: readonly string[]) => sequence(...regexes.map(split), bytes(false))

const LLAMA3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const QWEN2 = LLAMA3.replace('{1,3}', '')
const QWEN35 = QWEN2.replace('\\p{L}+|', '[\\p{L}\\p{M}]+|').replace('[^\\s\\p{L}', '[^\\s\\p{L}\\p{M}')
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]'
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'
const REST = '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const byCase = (ending: string): string =>
  `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${ending}|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${ending}`
const GPT4O = `${byCase("(?i:'s|'t|'re|'ve|'m|'ll|'d)?")}|\\p{N}{1,3}${REST}`
const TEKKEN = `${byCase('')}|\\p{N}${REST}`
const DEEPSEEK =
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'

const known: readonly PreTokenizer[] = [
  { name: 'gpt-2', ignoresMerges: false, json: bytes(true) },
  { name: 'llama-bpe', ignoresMerges: true, json: cut(LLAMA3) },
  { name: 'dbrx', ignoresMerges: false, json: cut(LLAMA3) },
  { name: 'qwen2', ignoresMerges: false, json: cut(QWEN2) },
  { name: 'qwen35', ignoresMerges: false, json: cut(QWEN35) },
  { name: 'gpt-4o', ignoresMerges: false, json: cut(GPT4O) },
  { name: 'tekken', ignoresMerges: true, json: cut(TEKKEN) },
  { name: 'starcoder', ignoresMerges: false, json: sequence(split('\\p{N}'), bytes(true)) },
  { name: 'deepseek-v3', ignoresMerges: false, json: cut('\\p{N}{1,3}', '[一-龥぀-ゟ゠-ヿ]+', DEEPSEEK) },
]

/** Names that llama.cpp reads as one of the known. */
const ALIASES: Readonly<Record<string, string>> = {
  llama3: 'llama-bpe',
  'llama-v3': 'llama-bpe',
  falcon3: 'llama-bpe',
  pixtral: 'llama-bpe',
  lfm2: 'llama-bpe',
  'smaug-bpe': 'dbrx',
  'chatglm-bpe': 'dbrx',
  glm4: 'dbrx',
  'deepseek-r1-qwen': 'qwen2',
  megrez: 'qwen2',
  hunyuan: 'qwen2',
  stablelm2: 'qwen2',
  mpt: 'gpt-2',
  olmo: 'gpt-2',
  jais: 'gpt-2',
  'phi-2': 'gpt-2',
  refact: 'starcoder',
  'command-r': 'starcoder',
  smollm: 'starcoder',
  codeshell: 'starcoder',
  exaone: 'starcoder',
  'minerva-7b': 'starcoder',
  llama4: 'gpt-4o',
}

/** How a tokenizer.json says what llama.cpp means by a name; undefined for one that is not known. */
export const jsonOfPreTokenizer = (name: string): Omit<PreTokenizer, 'name'> | undefined =>
  known.find((each) => each.name === (ALIASES[name] ?? name))

/** What the expressions cut differently: digits, endings, cases, breaks, marks, punctuation and scripts. */
const PROBES: readonly string[] = [
  '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。',
  'Rehab Cチャンネルとは？ 2024年12月31日、12,345円（税込）です！！',
  '質問：東京タワーの高さは333.0mですか？\n\n回答：はい、そうです。\n',
  "I'll say it's DON'T we'Re they'VE HelloWorld camelCase XMLHttp iPhone",
  'a  b   c \t d\n  e\r\n\r\n   \nf  ',
  'const x = { a: [1, 22, 333, 4444, 55555] }; // 注釈 ===>\n\treturn x/y//z\n',
  'ＡＢＣ１２３ ｶﾀｶﾅ が゛か\u3099 e\u0301te\u0301 ½ Ⅷ ④ ㍻ 한국어 русский Ελλάς العربية',
  '#タグ @name http://example.com/?q=1&r=日本語 😀👍🏽 $5 100% a_b-c "引用" 「括弧」…—',
]

const wordsOf = (cutter: Cut): string[][] => PROBES.map((text) => cutter(text, true))

/** Words as byte-level pieces: also where the tokenizer's normaliser makes the bytes. */
const asBytes = (word: string): string => Array.from(toUtf8(word), (byte) => characterOfByte[byte]!).join('')

/**
 * The name of llama.cpp's pre-tokenizer that cuts most like the one of a tokenizer.json with byte-level BPE.
 * `isExact`: it cuts the probes the same.
 */
export function preTokenizerFor(
  json: unknown,
  ignoresMerges: boolean,
): { readonly name: string; readonly isExact: boolean } {
  const cutter = jsonPreTokenizer(json)
  if (!cutter) return { name: 'gpt-2', isExact: false }
  const cutsBytes = JSON.stringify(json ?? null).includes('"ByteLevel"')
  const wanted = wordsOf(cutsBytes ? cutter : (text, isFirst) => cutter(text, isFirst).map(asBytes))
  const scored = known.map((candidate) => ({
    ...candidate,
    differing: differences(wanted, wordsOf(jsonPreTokenizer(candidate.json)!)),
    isOther: candidate.ignoresMerges !== ignoresMerges,
  }))
  const [best] = scored.sort((a, b) => a.differing - b.differing || Number(a.isOther) - Number(b.isOther))
  return { name: best!.name, isExact: best!.differing === 0 && !best!.isOther }
}

/** How many words of all probes are no words of the other's. */
const differences = (wanted: readonly string[][], found: readonly string[][]): number =>
  wanted.reduce((sum, words, index) => {
    const others = found[index]!
    const same = words.join('\n') === others.join('\n')
    return same ? sum : sum + 1 + words.filter((word) => !others.includes(word)).length
  }, 0)
