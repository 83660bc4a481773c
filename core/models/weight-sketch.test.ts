import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openCheckpoint } from '../checkpoints/index.ts'
import { namedAs } from './checkpoint-names.ts'
import { architectureOf } from './family.ts'
import { sketchWeights } from './weight-sketch.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

it.each(readdirSync(fixtures))('config.json of %s tells every weight and its shape', async (name) => {
  const { config, tensors } = await openCheckpoint(join(fixtures, name))
  const architecture = architectureOf(config)
  // An output layer has several names.
  const named = (weight: string) => (architecture.outputLayers.includes(weight) ? 'output layer' : weight)
  const stored = [...namedAs(tensors, architecture)].map(([weight, { shape }]) => [named(weight), [...shape]])
  const sketched = [...sketchWeights(architecture)].map(([weight, shape]) => [named(weight), [...shape]])
  expect(Object.fromEntries(sketched)).toEqual(Object.fromEntries(stored))
})
