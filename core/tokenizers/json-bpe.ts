// The BPE model of a tokenizer.json, as Hugging Face's Rust `tokenizers` computes it.
import { z } from 'zod'
import { Heap } from './heap.ts'
import { MAX_TOKENS } from './limits.ts'
import { toUtf8 } from './utf8.ts'

const Model = z.object({
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  fuse_unk: z.boolean().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
})
type Model = z.infer<typeof Model>

/** Words whose ids are kept, and how long such a word may be. */
const [KEPT_WORDS, KEPT_LENGTH] = [10_000, 256]

/** Of two neighbours: the number that stands for both, below 2^53. */
const pairOf = (left: number, right: number): number => left * MAX_TOKENS + right

/** A merge that may be done: of the symbol at `place` with the next one. */
interface Candidate {
  readonly place: number
  readonly rank: number
}

const comesBefore = (a: Candidate, b: Candidate): boolean => a.rank < b.rank || (a.rank === b.rank && a.place < b.place)

/** Ids of a word. Throws ZodError for a damaged model. */
export function jsonBpe(json: unknown, idOf: ReadonlyMap<string, number>): (word: string) => number[] {
  const model = Model.parse(json)
  const bpe = new JsonBpe(model, idOf)
  const known = new Map<string, number[]>()
  return (word) => {
    const kept = known.get(word)
    if (kept) return kept
    const ids = bpe.encode(word)
    if (word.length <= KEPT_LENGTH && known.size < KEPT_WORDS) known.set(word, ids)
    return ids
  }
}

class JsonBpe {
  readonly #model: Model
  readonly #idOf: ReadonlyMap<string, number>
  /** Rank of each pair of ids that is merged, and by rank what they become. */
  readonly #ranks = new Map<number, number>()
  readonly #merged: Int32Array
  readonly #byteIds: readonly (number | undefined)[]

  constructor(model: Model, idOf: ReadonlyMap<string, number>) {
    this.#model = model
    this.#idOf = idOf
    this.#merged = new Int32Array(model.merges.length)
    const prefixLength = (model.continuing_subword_prefix ?? '').length
    for (const [rank, merge] of model.merges.entries()) {
      const [left, right, more] = typeof merge === 'string' ? merge.split(' ') : merge
      const ids = [left, right, right === undefined ? undefined : left + right.slice(prefixLength)].map((text) =>
        idOf.get(text ?? ''),
      )
      if (more !== undefined || ids.includes(undefined)) throw damaged(['merges', rank])
      this.#ranks.set(pairOf(ids[0]!, ids[1]!), rank)
      this.#merged[rank] = ids[2]!
    }
    this.#byteIds = Array.from({ length: 256 }, (_, byte) =>
      idOf.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
    )
  }

  encode(word: string): number[] {
    const whole = this.#model.ignore_merges ? this.#idOf.get(word) : undefined
    return whole === undefined ? this.#merge(this.#symbols(word)) : [whole]
  }

  /** The ids of a word's characters. Unknown ones become bytes, else the unknown token, else nothing. */
  #symbols(word: string): number[] {
    const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix, byte_fallback: hasBytes } = this.#model
    const unknownId = this.#unknownId()
    const ids: number[] = []
    let hasUnknown = false
    const characters = [...word]
    for (const [index, character] of characters.entries()) {
      const start = index > 0 ? (prefix ?? '') : ''
      const end = index === characters.length - 1 ? (suffix ?? '') : ''
      const text = start + character + end
      const id = this.#idOf.get(text)
      if (id !== undefined) {
        if (hasUnknown) ids.push(unknownId!)
        hasUnknown = false
        ids.push(id)
        continue
      }
      const bytes = hasBytes ? Array.from(toUtf8(text), (byte) => this.#byteIds[byte]) : [undefined]
      // An unknown token that waits comes after these, as there.
      if (bytes.every((byte) => byte !== undefined)) ids.push(...bytes)
      else if (unknownId !== undefined) {
        if (hasUnknown && !this.#model.fuse_unk) ids.push(unknownId)
        hasUnknown = true
      }
    }
    return hasUnknown ? [...ids, unknownId!] : ids
  }

  #unknownId(): number | undefined {
    const { unk_token: token } = this.#model
    return token === null || token === undefined ? undefined : this.#idOf.get(token)
  }

  /** Merges neighbours, the lowest rank first, then the leftmost, until nothing more fits. */
  #merge(ids: number[]): number[] {
    const next = ids.map((_, place) => (place + 1 < ids.length ? place + 1 : -1))
    const previous = ids.map((_, place) => place - 1)
    const agenda = new Heap<Candidate>(comesBefore)
    const rankAt = (place: number): number | undefined =>
      place < 0 || ids[place]! < 0 || next[place]! < 0
        ? undefined
        : this.#ranks.get(pairOf(ids[place]!, ids[next[place]!]!))
    const propose = (place: number): void => {
      const rank = rankAt(place)
      if (rank !== undefined) agenda.push({ place, rank })
    }
    for (let place = 0; place < ids.length; place++) propose(place)
    for (let best = agenda.pop(); best; best = agenda.pop()) {
      const { place, rank } = best
      const found = rankAt(place)
      if (found === undefined || this.#merged[found] !== this.#merged[rank]) continue
      const right = next[place]!
      ids[place] = this.#merged[rank]!
      ids[right] = -1
      next[place] = next[right]!
      if (next[right]! >= 0) previous[next[right]!] = place
      propose(previous[place]!)
      propose(place)
    }
    return ids.filter((id) => id >= 0)
  }
}

const damaged = (path: (string | number)[]): z.ZodError =>
  new z.ZodError([{ code: 'custom', path, message: 'not in the vocabulary', input: undefined }])
