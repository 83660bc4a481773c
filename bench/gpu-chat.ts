import { cp, rm } from 'node:fs/promises'
import { defaultSettings, generationSettingsOf, type AppError } from '../core/contract/index.ts'
import { answer, closeModels } from '../core/engine/engine-chat.ts'
import { openRuntime } from '../core/runtime/index.ts'
import { sampleOptionsOf } from '../core/samples/samples.ts'
import { cardGB, rounded } from './measure.ts'

/**
 * Two models that answer side by side, several times from the start: what goes wrong when one is loaded while the
 * other's decoding is being captured.
 */
export interface ChatFigures {
  readonly answers: number
  readonly failures: readonly AppError[]
  /** Whether a model says the same each time. */
  readonly same: boolean
  /** What nvidia-smi says that the card holds: before the first model, with both, after both were closed. */
  readonly cardGB: readonly number[]
}

const QUESTIONS = ['今日の天気は', '研究の手順を説明してください']
const [ROUNDS, NEW_TOKENS] = [3, 24]

export async function runChat(modelFolder: string): Promise<ChatFigures> {
  const other = `${modelFolder}-2`
  await cp(modelFolder, other, { recursive: true })
  await openRuntime().device('cuda').ready()
  const held = [rounded(cardGB(), 2)]
  const settings = {
    ...generationSettingsOf(defaultSettings()),
    'prediction.do_sample': false,
    'prediction.min_length_inference': NEW_TOKENS,
    'prediction.max_length_inference': NEW_TOKENS,
  }
  const { format } = sampleOptionsOf(defaultSettings())
  const said: string[] = []
  const failures: AppError[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const targets = [modelFolder, other].map((folder, index) => ({
      modelFolder: folder,
      adapterFolder: null,
      format,
      messages: [{ role: 'user' as const, content: QUESTIONS[index] as string }],
    }))
    await answer(
      { device: 'cuda', targets, settings },
      {
        signal: new AbortController().signal,
        onEvent: (event) => {
          if (event.kind === 'done') said.push(`${event.target} ${event.answer.text}`)
          if (event.kind === 'failed') failures.push(event.error)
        },
      },
    )
    if (round === 0) held.push(rounded(cardGB(), 2))
    await closeModels()
  }
  held.push(rounded(cardGB(), 2))
  await rm(other, { recursive: true })
  return { answers: said.length, failures, same: said.length === 2 * ROUNDS && new Set(said).size === 2, cardGB: held }
}
