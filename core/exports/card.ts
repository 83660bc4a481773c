import { join } from 'node:path'
import { languageIds, text } from '../../texts/index.ts'
import { fill } from '../../texts/sentences.ts'
import { writeText } from './file-writer.ts'
import { baseIdOf, type ExportSource } from './source.ts'
import type { ExportWatch } from './watch.ts'

/** The libraries that a model card may name, by what is written. */
const LIBRARIES = { peft: 'peft', merged: 'transformers', mlx: 'mlx' } as const
export type CardKind = keyof typeof LIBRARIES

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
  const front = {
    ...(licence === '' ? {} : { license: licence }),
    language: ['ja'],
    library_name: LIBRARIES[kind],
    pipeline_tag: 'text-generation',
    // An id is the Hub's; a folder's name alone would be no link.
    ...(base.includes('/') ? { base_model: base } : {}),
    tags: [...(source.adapter ? ['lora'] : []), ...(kind === 'merged' ? [] : [kind])],
  }
  const lines = Object.entries(front).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  const facts = {
    base: code(base),
    step,
    dataset: inline(record.dataset.name),
    rows: record.rows.train,
    licence: inline(licence),
  }
  const sections = languageIds.map((language) => {
    const words = text(language).exportCard
    const told = [
      words.made,
      ...(licence === '' ? [] : [words.licence]),
      ...(source.adapter ? [] : [words.whole]),
      words.use[kind],
    ]
    return told.map((sentence) => fill(sentence, facts, language)).join('\n\n')
  })
  return `---\n${lines.join('\n')}\n---\n\n# ${inline(record.name)}\n\n${sections.join('\n\n---\n\n')}\n\n${USE[kind](base)}\n`
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
}
