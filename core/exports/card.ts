import { join } from 'node:path'
import { languageIds, text, type Language, type Texts } from '../../texts/index.ts'
import { fill } from '../../texts/sentences.ts'
import { defaultSettings, settingKeys, settingOf, type SettingKey } from '../contract/index.ts'
import { writeText } from './file-writer.ts'
import { baseIdOf, type ExportSource } from './source.ts'
import type { ExportWatch } from './watch.ts'

/** The libraries that a model card may name, by what is written. */
const LIBRARIES = { peft: 'peft', merged: 'transformers', mlx: 'mlx', gguf: 'gguf', 'gguf-lora': 'gguf' } as const
export type CardKind = keyof typeof LIBRARIES
export const isCardKind = (form: string): form is CardKind => Object.hasOwn(LIBRARIES, form)

/** What a model is of its base, in the words of the Hub. */
const RELATIONS: Readonly<Record<CardKind, string>> = {
  peft: 'adapter',
  merged: 'finetune',
  mlx: 'finetune',
  gguf: 'finetune',
  'gguf-lora': 'adapter',
}

/** Writes README.md: where the model comes from and how it is used, in every language of the studio. */
export async function writeCard(
  target: string,
  source: ExportSource,
  kind: CardKind,
  watch: ExportWatch,
): Promise<void> {
  await writeText(join(target, 'README.md'), cardOf(source, kind), watch)
}

export function cardOf(source: ExportSource, kind: CardKind): string {
  const base = baseIdOf(source)
  const { record, step, licence } = source
  const { sources = [] } = record.dataset
  const front = {
    ...(licence === '' ? {} : { license: licence }),
    language: ['ja'],
    library_name: LIBRARIES[kind],
    pipeline_tag: 'text-generation',
    // An id is the Hub's; a folder's name alone would be no link.
    ...(base.includes('/') ? { base_model: base, base_model_relation: RELATIONS[kind] } : {}),
    ...(sources.length > 0 ? { datasets: sources.map(({ hub }) => hub) } : {}),
    tags: ['terakoya-studio', ...(source.adapter ? ['lora'] : []), ...(kind === 'merged' ? [] : [kind])],
  }
  const lines = Object.entries(front).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  const facts = {
    base: code(base),
    step,
    dataset: inline(record.dataset.name),
    rows: record.rows.train,
    licence: inline(licence),
    from: inline(record.adopted?.from ?? ''),
  }
  const sections = languageIds.map((language) => {
    const words = text(language).exportCard
    const told = [
      record.adopted ? words.adopted : words.made,
      ...(licence === '' ? [] : [words.licence]),
      ...sources.map(({ hub, licence: terms }) =>
        fill(terms === '' ? words.data : words.dataLicence, { hub, terms: inline(terms) }, language),
      ),
      ...(source.adapter ? [] : [words.whole]),
      ...lossesIn(source, words, language),
      words.use[kind],
    ]
    return told.map((sentence) => fill(sentence, facts, language)).join('\n\n')
  })
  return `---\n${lines.join('\n')}\n---\n\n# ${inline(record.name)}\n\n${sections.join('\n\n---\n\n')}\n\n${[USE[kind](base), settingsOf(source)].filter((part) => part !== '').join('\n\n')}\n`
}

type CardWords = Texts['exportCard']

/** What was measured last, where anything was. */
function lossesIn({ losses }: ExportSource, words: CardWords, language: Language): string[] {
  const number = (value: number): string => value.toFixed(4)
  return [
    ...(losses.training === null ? [] : [fill(words.loss, { loss: number(losses.training) }, language)]),
    ...(losses.validation === null ? [] : [fill(words.validationLoss, { loss: number(losses.validation) }, language)]),
  ]
}

/** Settings that say how it was trained, and those that are not the defaults. Files of this computer are not named. */
const ALWAYS: readonly SettingKey[] = ['training.epochs', 'training.batch_size', 'training.learning_rate']
function settingsOf({ record: { settings, adopted } }: ExportSource): string {
  // Of an adapter from elsewhere nobody knows them.
  if (adopted) return ''
  const defaults = defaultSettings()
  const told = settingKeys.filter(
    (key) => settingOf(key).kind !== 'reference' && (ALWAYS.includes(key) || settings[key] !== defaults[key]),
  )
  const lines = told.map((key) => `${key}: ${JSON.stringify(settings[key])?.replaceAll('`', "'")}`)
  return `\`\`\`yaml\n${lines.join('\n')}\n\`\`\``
}

/** Names come from files and people: they stay text. */
const inline = (name: string): string =>
  name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll(/[\\`*_[\]<>#|&]/g, (mark) => `\\${mark}`)
const code = (name: string): string => `\`${name.replaceAll(/[`\p{Cc}]/gu, '')}\``

const python = (lines: readonly string[]): string => `\`\`\`python\n${lines.join('\n')}\n\`\`\``

const USE: Readonly<Record<CardKind, (base: string) => string>> = {
  peft: (base) =>
    python([
      'from peft import PeftModel',
      'from transformers import AutoModelForCausalLM, AutoTokenizer',
      '',
      'tokenizer = AutoTokenizer.from_pretrained(".")',
      `model = AutoModelForCausalLM.from_pretrained(${JSON.stringify(base)})`,
      'model = PeftModel.from_pretrained(model, ".")',
    ]),
  merged: () =>
    python([
      'from transformers import AutoModelForCausalLM, AutoTokenizer',
      '',
      'tokenizer = AutoTokenizer.from_pretrained(".")',
      'model = AutoModelForCausalLM.from_pretrained(".")',
      'messages = [{"role": "user", "content": "..."}]',
      'ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)',
      'print(tokenizer.decode(model.generate(**ids, max_new_tokens=128)[0]))',
    ]),
  mlx: () => '```sh\nmlx_lm.chat --model .\n```',
  gguf: () => '```sh\nllama-cli -m *.gguf\n```',
  'gguf-lora': () => '```sh\nllama-cli -m BASE.gguf --lora *.gguf\n```',
}
