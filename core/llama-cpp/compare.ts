import type { LlamaModel } from './model.ts'
import type { AnswerComparison, TextWithIds } from './protocol.ts'

/** Puts the answer behind the prompt token by token, and looks each time at what llama.cpp finds likeliest. */
export function compareAnswer(
  model: Pick<LlamaModel, 'next' | 'clear'>,
  prompt: readonly number[],
  expected: readonly number[],
): AnswerComparison {
  model.clear()
  let logits = model.next(prompt)
  let equal = 0
  let difference: AnswerComparison['difference'] = null
  for (const [at, id] of expected.entries()) {
    const found = likeliest(logits)
    if (found === id) equal += 1
    else
      difference ??= {
        at,
        expected: id,
        found,
        expectedProbability: probabilityOf(logits, id),
        foundProbability: probabilityOf(logits, found),
      }
    if (at + 1 < expected.length) logits = model.next([id])
  }
  return { tokens: expected.length, equal, difference }
}

/** Places of the texts that llama.cpp makes other ids of. */
export const differingTexts = (model: Pick<LlamaModel, 'tokenize'>, texts: readonly TextWithIds[]): number[] =>
  texts.flatMap(({ text, ids }, place) => (isSame(model.tokenize(text), ids) ? [] : [place]))

const isSame = (found: Int32Array, ids: readonly number[]): boolean =>
  found.length === ids.length && ids.every((id, index) => found[index] === id)

function likeliest(logits: Float32Array): number {
  let best = 0
  for (let id = 1; id < logits.length; id++) if (logits[id]! > logits[best]!) best = id
  return best
}

/** softmax(logits)[id]; 0 for an id that the model does not have, and where logits are no numbers. */
function probabilityOf(logits: Float32Array, id: number): number {
  const largest = logits[likeliest(logits)]!
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0)
  const probability = Math.exp((logits[id] ?? -Infinity) - largest) / sum
  return Number.isFinite(probability) ? probability : 0
}
