// The ids that rooms add to RoomIds, for the types of tests that go to them: the declarations of the registry drop them.
import type {} from '../rooms/home/room.tsx'
import type {} from '../rooms/datasets/room.tsx'
import type {} from '../rooms/experiments/room.tsx'
import type {} from '../rooms/chat/room.tsx'
import type {} from '../rooms/models/room.tsx'
import type {} from '../rooms/settings/room.tsx'
import {
  ok,
  type AppError,
  type CallName,
  type Calls,
  type EventName,
  type Events,
  type PickedFile,
  type Result,
  type StudioBridge,
} from '../../core/contract/index.ts'

type Answer<N extends CallName> = Result<Calls[N]['output'], AppError>
export type Answers = { [N in CallName]?: (input: Calls[N]['input']) => Answer<N> | Promise<Answer<N>> }

/** A host whose answers the test gives. A call without an answer is a fault of the test, and is thrown. */
export class FakeStudio implements StudioBridge {
  readonly host = 'web'
  readonly connection = null
  readonly pickFolder = null
  /** Every call so far: name and input. */
  readonly asked: (readonly [CallName, unknown])[] = []
  /** What the next file dialog gives. */
  picked: PickedFile | null = null
  readonly #listeners = new Map<EventName, Set<(payload: never) => void>>()
  readonly #answers: Answers

  constructor(answers: Answers) {
    this.#answers = answers
  }

  async call<N extends CallName>(name: N, input: Calls[N]['input']): Promise<Answer<N>> {
    this.asked.push([name, input])
    const answer = this.#answers[name]
    if (!answer) throw new Error(`The test gives no answer to ${name}.`)
    return answer(input)
  }

  on<N extends EventName>(name: N, listener: (payload: Events[N]) => void): () => void {
    const of = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, of.add(listener))
    return () => void of.delete(listener)
  }

  /** What the host tells every window. */
  tell<N extends EventName>(name: N, payload: Events[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(payload as never)
  }

  /** The events that somebody listens to. */
  events(): EventName[] {
    return [...this.#listeners].filter(([, listeners]) => listeners.size > 0).map(([name]) => name)
  }

  pickFile = async () => ok(this.picked)
  adoptFile = async (file: File) => ok({ path: `/adopted/${file.name}`, name: file.name, sizeBytes: file.size })
  pickSave = async ({ suggestedName }: { readonly suggestedName: string }) => ok({ target: `/saved/${suggestedName}` })
  finishSave = async () => {}
  openOutside = async () => ok(null)
}

/** Puts a fake host under the window. */
export function putFakeStudio(answers: Answers = {}): FakeStudio {
  const studio = new FakeStudio(answers)
  Object.defineProperty(window, 'studio', { value: studio, configurable: true })
  return studio
}
