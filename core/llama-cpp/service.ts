import { UserError } from '../contract/errors.ts'
import type { HostPort } from '../processes/port.ts'
import { compareAnswer, differingTexts } from './compare.ts'
import { openLlamaModel, type LlamaModel } from './model.ts'
import type { LlamaReply, LlamaRequest } from './protocol.ts'

/** The process that tries one GGUF file in llama.cpp: answers one request after the other until it is ended. */
export function runLlamaCpp(port: HostPort): void {
  let model: LlamaModel | null = null
  const answerTo = (request: LlamaRequest): LlamaReply => {
    if (request.type === 'open') {
      const { type: _, contextLength, ...rest } = request
      model = openLlamaModel({ ...rest, contextLength, vocabularyOnly: contextLength === 0 })
      return { type: 'opened' }
    }
    if (!model) throw new Error(`${request.type} before open`)
    return request.type === 'answer'
      ? { type: 'answered', comparison: compareAnswer(model, request.prompt, request.expected) }
      : { type: 'compared', differing: differingTexts(model, request.texts) }
  }
  port.onMessage((message) => {
    try {
      port.send(answerTo(message as LlamaRequest))
    } catch (error) {
      // Whatever else fails here ends the process, as a failure of llama.cpp itself does.
      if (!(error instanceof UserError)) throw error
      port.send({ type: 'failed', error: error.error } satisfies LlamaReply)
    }
  })
}
