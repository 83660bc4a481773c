import type { Value } from '../graph/ir.ts'
import type { Architecture } from './architecture.ts'
import type { Layer, LayerPosition } from './blocks/block.ts'
import type { Embedding } from './blocks/embedding.ts'
import type { Norm } from './blocks/norm.ts'
import type { ModelContext } from './context.ts'

/** What a decoder is made of, and what the studio must know of it beside that. */
export interface DecoderParts extends Omit<
  Architecture,
  'layerCount' | 'dropoutSites' | 'linears' | 'embedding' | 'head' | 'forward'
> {
  readonly embedding: Embedding
  readonly layers: readonly Layer[]
  /** The norm of the last layer's hidden states. */
  readonly norm: Norm
}

const everyRow: LayerPosition['select'] = (x) => x

/** h = norm(layerₙ(… layer₁(embedding))) */
export function decoder({ embedding, layers, norm, ...facts }: DecoderParts): Architecture {
  return {
    ...facts,
    layerCount: layers.length,
    dropoutSites: layers.reduce((sum, { dropoutSites }) => sum + dropoutSites, embedding.dropoutSites),
    linears: layers.flatMap(({ linears }) => linears),
    embedding: embedding.table,
    head: (has) => facts.outputLayers.find(has) ?? (facts.tied ? embedding.table : (facts.outputLayers[0] as string)),
    forward(c: ModelContext): Value {
      const states = layers.reduce((x, layer, index) => {
        const at = { index, select: index === layers.length - 1 ? c.select : everyRow }
        return c.layer(x, (x) => layer.apply(c, x, at))
      }, embedding.apply(c))
      return norm(c, states)
    },
  }
}
