// A GGUF file is opened in llama.cpp itself: it must go on as the run does, and read the dataset's rows as the studio.
import { generationSettingsOf, type ComparedAnswer, type ExportTest, type TextsCompared } from '../contract/index.ts'
import { compareGguf, type GgufComparison, type SpawnLlamaCpp, type TextWithIds } from '../llama-cpp/client.ts'
import { experimentFiles } from '../runs/store.ts'
import { rowsOf } from '../samples/sample-files.ts'
import { messagesOf } from '../samples/sample-format.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { answersOf, greedy, questionsOf, runOf, type Answered, type TestServices } from './asking.ts'
import { MAX_SHOWN } from './self-test.ts'
import type { ExportSource } from './source.ts'

/** Row numbers that are named. */
const MAX_ROWS_NAMED = 100
/** Tokenizing pauses so often (in texts) that the host can answer in between. */
const TEXTS_PER_PAUSE = 20

export interface LlamaCppServices extends TestServices {
  readonly spawnLlamaCpp: SpawnLlamaCpp
}

/**
 * Compares what llama.cpp finds likeliest after each token of the run's own greedy answers, and its tokens of every row
 * that the run knows. Throws UserError where engine or llama.cpp cannot, and the signal's reason.
 */
export async function askLlamaCpp(
  services: LlamaCppServices,
  source: ExportSource,
  { file, lossy }: { readonly file: string; readonly lossy: boolean },
  signal: AbortSignal,
): Promise<ExportTest> {
  const questions = await questionsOf(source)
  const targets = questions.map((each) => ({ ...runOf(source), messages: messagesOf(each) }))
  // A penalty is the asker's: what is compared is the model.
  const settings = { ...greedy(generationSettingsOf(source.record.settings)), 'prediction.repetition_penalty': 1 }
  const asked = await answersOf(services, { targets, settings }, signal)
  const tokenizer = await loadTokenizer(source.model.folder)
  const rowOfText: number[] = []
  const compared = await compareGguf(services.spawnLlamaCpp, {
    file,
    answers: asked.map(({ prompt, tokens }) => ({ prompt, expected: tokens })),
    texts: textsOf(source, tokenizer, rowOfText),
    signal,
  })
  const answers = questions.map(({ prompt }, index) =>
    comparedAnswer(prompt, asked[index] as Answered, compared.answers[index]!, tokenizer),
  )
  const texts = comparedTexts(compared, rowOfText)
  return answers.every(({ same }) => same)
    ? { kind: 'same', answers, texts }
    : { kind: 'different', answers, texts, lossy }
}

function comparedAnswer(
  question: string,
  { text, tokens }: Answered,
  { equal, difference }: GgufComparison['answers'][number],
  tokenizer: Tokenizer,
): ComparedAnswer {
  const written = difference ? `${tokenizer.decode([...tokens.slice(0, difference.at), difference.found])} …` : text
  return {
    question: question.slice(0, MAX_SHOWN),
    run: text.slice(0, MAX_SHOWN),
    written: written.slice(0, MAX_SHOWN),
    same: difference === null,
    tokens: { count: tokens.length, equal },
  }
}

function comparedTexts({ texts }: GgufComparison, rowOfText: readonly number[]): TextsCompared {
  const rows = [...new Set(texts.indices.map((index) => rowOfText[index] as number))].sort((a, b) => a - b)
  return { rowCount: new Set(rowOfText).size, differing: rows.length, rows: rows.slice(0, MAX_ROWS_NAMED) }
}

/** Every question and answer of the run's rows with the studio's ids; `rowOfText` hears which row each is of. */
async function* textsOf(
  { record }: ExportSource,
  tokenizer: Tokenizer,
  rowOfText: number[],
): AsyncGenerator<TextWithIds> {
  const { trainRows, validationRows } = experimentFiles(record.folder)
  for (const file of [trainRows, validationRows])
    for await (const { rowNumber, prompt, answer } of rowsOf(file))
      for (const text of [prompt, answer]) {
        if (rowOfText.push(rowNumber) % TEXTS_PER_PAUSE === 0) await new Promise((resolve) => setImmediate(resolve))
        yield { text, ids: [...tokenizer.encode(text)] }
      }
}
