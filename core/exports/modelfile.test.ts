import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings } from '../contract/index.ts'
import type { SampleFormat } from '../samples/sample-format.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { createChatTemplate } from '../tokenizers/chat-template.ts'
import { modelfileOf, ollamaModelOf } from './modelfile.ts'

let tiny: Tokenizer
beforeAll(async () => {
  tiny = await loadTokenizer(join(import.meta.dirname, '..', '..', 'resources', 'models', 'terakoya-tiny-ja'))
})

const markers: SampleFormat = { kind: 'h2o', promptStart: '<|prompt|>', answerSeparator: '<|answer|>' }
const withTemplate = (source: string): Tokenizer =>
  Object.assign(Object.create(tiny) as Tokenizer, { chatTemplate: createChatTemplate(source, { eos_token: '</s>' }) })
const templateIn = (text: string): string | undefined => /TEMPLATE """([^]*)"""/.exec(text)?.[1]
const written = (tokenizer: Tokenizer, format: SampleFormat = { kind: 'template' }) =>
  templateIn(modelfileOf('m.gguf', ollamaModelOf(tokenizer, format, defaultSettings())))

describe('a Modelfile', () => {
  it('writes a question as the run was trained with', () => {
    expect(written(tiny, markers)).toBe(
      '{{ if .System }}<|system|>{{ .System }}</s><|prompt|>{{ .Prompt }}</s><|answer|>' +
        '{{ else }}<|prompt|>{{ .Prompt }}</s><|answer|>{{ end }}{{ .Response }}',
    )
  })

  it('writes what a chat template makes of a question, with a system text where it has a place for one', () => {
    const chatml =
      "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}" +
      '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}'
    expect(written(withTemplate(chatml))).toBe(
      '{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n<|im_start|>user\n{{ .Prompt }}<|im_end|>\n' +
        '<|im_start|>assistant\n{{ else }}<|im_start|>user\n{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\n{{ end }}' +
        '{{ .Response }}',
    )
    const userOnly = "{% for m in messages if m['role'] == 'user' %}Q: {{ m['content'] }}\nA: {% endfor %}"
    expect(written(withTemplate(userOnly))).toBe('Q: {{ .Prompt }}\nA: {{ .Response }}')
  })

  it.each([
    [
      'braces, which would be an act of Ollama',
      "{% for m in messages %}{{ '{' }}{ .X }}{{ m['content'] }}{% endfor %}",
    ],
    ['three quotes, which would end the text', '{% for m in messages %}"""{{ m[\'content\'] }}{% endfor %}'],
    ['the question twice', "{% for m in messages %}{{ m['content'] }}{{ m['content'] }}{% endfor %}"],
    ['no question', '{{ messages | length }}'],
    ['a failure', "{{ raise_exception('no') }}"],
  ])('leaves to Ollama a template with %s', (_, source) => {
    expect(written(withTemplate(source))).toBeUndefined()
  })

  it('names what ends an answer, and the settings of answers, each in a line', () => {
    const settings = { ...defaultSettings(), 'prediction.stop_tokens': 'ユーザー:,a"b' }
    const lines = modelfileOf('m.gguf', ollamaModelOf(tiny, markers, settings)).split('\n')
    expect(lines).toContain('PARAMETER stop "ユーザー:"')
    expect(lines).toContain('PARAMETER stop "a\\"b"')
    expect(lines).toContain('PARAMETER stop "</s>"')
    expect(lines.filter((line) => line.startsWith('PARAMETER temperature '))).toHaveLength(1)
    expect(lines[0]).toBe('FROM ./m.gguf')
  })
})
