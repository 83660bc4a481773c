import { openCheckpoint, type Checkpoint } from '../checkpoints/index.ts'
import { architectureOf } from '../models/family.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import type { ModelPlace } from './protocol.ts'

/** A model's folder; each part is read at its first use. */
export interface OpenModel extends ModelPlace {
  checkpoint(): Promise<Checkpoint>
  tokenizer(): Promise<Tokenizer>
}

/** One at a time: a large tokenizer takes half of the memory that a process may have. */
let open: OpenModel | null = null

/** The model in the folder: the one that was asked for last if it is that. */
export function openModel({ folder, stamp }: ModelPlace): OpenModel {
  if (open?.folder !== folder || open.stamp !== stamp)
    open = {
      folder,
      stamp,
      checkpoint: once(() => openCheckpoint(folder, architectureOf)),
      tokenizer: once(() => loadTokenizer(folder)),
    }
  return open
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null
  return () => (known ??= read())
}
