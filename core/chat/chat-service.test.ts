import { expect, it } from 'vitest'
import { ModelId } from '../contract/index.ts'
import type { SampleFormat } from '../samples/sample-format.ts'
import { alike } from './chat-service.ts'

const h2o: SampleFormat = { kind: 'h2o', promptStart: 'Q', answerSeparator: 'A' }
const auto: SampleFormat = {
  kind: 'template',
  otherwise: { kind: 'h2o', promptStart: '<|prompt|>', answerSeparator: '' },
}
const target = (base: string, format: SampleFormat, isTrained: boolean) => ({
  base: ModelId.parse(base),
  format,
  isTrained,
  modelFolder: `/${base}`,
  adapterFolder: isTrained ? `/run-${base}` : null,
})
const formats = (...targets: ReturnType<typeof target>[]) => alike(targets).map(({ format }) => format)

it('asks a base model as its run beside it, whatever stands where', () => {
  expect(formats(target('a', auto, false), target('a', h2o, true))).toEqual([h2o, h2o])
  expect(formats(target('a', h2o, true), target('a', auto, false))).toEqual([h2o, h2o])
})

it('asks other models and runs in their own format', () => {
  expect(formats(target('a', auto, false), target('b', h2o, true))).toEqual([auto, h2o])
  expect(formats(target('a', h2o, true), target('a', auto, true))).toEqual([h2o, auto])
  expect(formats(target('a', auto, false))).toEqual([auto])
})
