import type { FinishReason } from '../contract/index.ts'
import type { StreamDecoder } from '../tokenizers/index.ts'
import type { GenerateRequest, GeneratorModel } from './generator.ts'
import { chooseToken } from './sampler.ts'
import { StopStrings } from './stopping.ts'

export interface AnswerOptions {
  readonly prompt: readonly number[]
  readonly index: number
  readonly request: GenerateRequest
  readonly seed: number
  readonly model: GeneratorModel
  readonly endTokens: ReadonlySet<number>
  /** Texts that end the answer. */
  readonly stopStrings: readonly string[]
}

/** One answer while it grows. */
export class Answer {
  /** Prompt and answer. */
  readonly all: number[]
  readonly tokens: number[] = []
  text = ''
  finish: FinishReason | null = null
  readonly #options: AnswerOptions
  readonly #decoder: StreamDecoder | null
  readonly #stops: StopStrings

  constructor(options: AnswerOptions) {
    this.all = [...options.prompt]
    this.#options = options
    this.#decoder = options.model.tokenizer?.streamDecoder() ?? null
    this.#stops = new StopStrings(options.stopStrings)
  }

  /** Chooses the next token by its scores [V], which change; does nothing where the answer has ended. */
  take(logits: Float32Array): void {
    if (this.finish) return
    const {
      request: { settings },
      seed,
      endTokens,
      model: { architecture },
    } = this.#options
    if (this.all.length >= architecture.contextLength) return this.end('context')
    const token = chooseToken(logits, settings, { tokens: this.all, newCount: this.tokens.length, endTokens, seed })
    if (endTokens.has(token)) return this.end('stop')
    this.say(token)
    if (this.finish) return
    if (this.tokens.length >= settings['prediction.max_length_inference']) this.end('length')
    else if (this.all.length >= architecture.contextLength) this.end('context')
  }

  /** Adds a token to the answer, which ends where it completes a stop string. */
  say(token: number): void {
    this.tokens.push(token)
    this.all.push(token)
    this.#options.request.onToken?.(this.#options.index, token)
    this.#show(this.#stops.push(this.#decoder?.push(token) ?? ''))
    if (this.#stops.stopped) this.end('stop')
  }

  /** Ends the answer; does nothing where it had ended. */
  end(finish: FinishReason): void {
    if (this.finish) return
    this.finish = finish
    this.#show(this.#stops.push(this.#decoder?.end() ?? '') + this.#stops.end())
    this.#options.request.onEnd?.(this.#options.index, finish)
  }

  #show(text: string): void {
    if (text === '') return
    this.text += text
    this.#options.request.onText?.(this.#options.index, text)
  }
}
