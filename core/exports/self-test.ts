// What was written is asked what the run is asked, and must answer with the same tokens.
import { generationSettingsOf, type ComparedAnswer, type ExportTest } from '../contract/index.ts'
import { messagesOf } from '../samples/sample-format.ts'
import { answersOf, greedy, questionsOf, runOf, type TestServices } from './asking.ts'
import type { WrittenModel } from './format.ts'
import type { ExportSource } from './source.ts'

/** Of a question or an answer, characters are shown. */
export const MAX_SHOWN = 2_000

/**
 * Asks the run and what was written the same questions, greedily, one model after the other: memory for one is enough.
 * Throws UserError where the engine cannot answer, and the signal's reason.
 */
export async function askBoth(
  services: TestServices,
  source: ExportSource,
  written: WrittenModel,
  signal: AbortSignal,
): Promise<ExportTest> {
  const questions = await questionsOf(source)
  const settings = greedy(generationSettingsOf(source.record.settings))
  const ask = (asked: WrittenModel) =>
    answersOf(
      services,
      { targets: questions.map((each) => ({ ...asked, messages: messagesOf(each) })), settings },
      signal,
    )
  const [before, after] = [await ask(runOf(source)), await ask(written)]
  const answers = questions.map(({ prompt }, index): ComparedAnswer => {
    const [one, other] = [before[index], after[index]]
    return {
      question: prompt.slice(0, MAX_SHOWN),
      run: (one?.text ?? '').slice(0, MAX_SHOWN),
      written: (other?.text ?? '').slice(0, MAX_SHOWN),
      same: one?.tokens.join() === other?.tokens.join(),
    }
  })
  return { kind: answers.every(({ same }) => same) ? 'same' : 'different', answers }
}
