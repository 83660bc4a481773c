import type { MessagePart } from '../wire/message-parts.ts'
import type { Limits } from './limits.ts'

/** Weight of calls, in characters, that all windows together may have the host hold. */
export class Budget {
  #left: number

  constructor(characters: number) {
    this.#left = characters
  }

  /** Takes them if there are so many. */
  take(characters: number): boolean {
    if (characters > this.#left) return false
    this.#left -= characters
    return true
  }

  give(characters: number): void {
    this.#left += characters
  }
}

interface Open {
  readonly texts: string[]
  readonly parts: number
  characters: number
  timer: NodeJS.Timeout
}

/**
 * What a part led to. The characters of a complete text stay taken from the budget: they are the caller's to give back.
 */
export type Assembly =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'complete'; readonly text: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'out-of-order' }

/**
 * Puts the parts of one window's calls together. A call that cannot be completed is forgotten, and its characters are
 * given back.
 */
export class PartAssembler {
  readonly #open = new Map<number, Open>()
  readonly #budget: Budget
  readonly #limits: Limits
  readonly #onAbandoned: (id: number) => void

  constructor(budget: Budget, limits: Limits, onAbandoned: (id: number) => void) {
    this.#budget = budget
    this.#limits = limits
    this.#onAbandoned = onAbandoned
  }

  add({ id, part, parts, text }: MessagePart): Assembly {
    const open = part === 0 && !this.#open.has(id) ? this.#begin(id, parts) : this.#open.get(id)
    if (!open || open.parts !== parts || open.texts.length !== part) return this.#refuse(id, 'out-of-order')
    if (open.characters + text.length > this.#limits.maxCallCharacters || !this.#budget.take(text.length))
      return this.#refuse(id, 'too-large')
    open.texts.push(text)
    open.characters += text.length
    open.timer.refresh()
    if (open.texts.length < parts) return { kind: 'waiting' }
    clearTimeout(open.timer)
    this.#open.delete(id)
    return { kind: 'complete', text: open.texts.join('') }
  }

  /** Forgets everything that is not complete. */
  close(): void {
    for (const id of this.#open.keys()) this.#forget(id)
  }

  #begin(id: number, parts: number): Open | undefined {
    if (this.#open.size >= this.#limits.maxOpenMessages) return undefined
    const timer = setTimeout(() => {
      this.#forget(id)
      this.#onAbandoned(id)
    }, this.#limits.partTimeoutMs)
    const open: Open = { texts: [], parts, characters: 0, timer }
    this.#open.set(id, open)
    return open
  }

  #refuse(id: number, kind: 'too-large' | 'out-of-order'): Assembly {
    this.#forget(id)
    return { kind }
  }

  #forget(id: number): void {
    const open = this.#open.get(id)
    if (!open) return
    clearTimeout(open.timer)
    this.#budget.give(open.characters)
    this.#open.delete(id)
  }
}
