import { describe, expect, it } from 'vitest'
import { StopStrings, stopStringsOf } from './stopping.ts'

function feed(stops: readonly string[], pieces: readonly string[]): { shown: string[]; stopped: boolean } {
  const watcher = new StopStrings(stops)
  const shown = pieces.map((piece) => watcher.push(piece))
  return { shown: [...shown, watcher.end()], stopped: watcher.stopped }
}

describe('stop strings', () => {
  it('end the text before the first of them, also where it comes in pieces', () => {
    expect(feed(['<|prompt|>'], ['答え', 'です<|pro', 'mpt|>次'])).toEqual({
      shown: ['答え', 'です', '', ''],
      stopped: true,
    })
    expect(feed(['END', 'B'], ['aBcEND'])).toEqual({ shown: ['a', ''], stopped: true })
  })

  it('hold back only what may become one, and give it back where it does not', () => {
    expect(feed(['<|a|>'], ['x<', '|', 'b', '<|a'])).toEqual({ shown: ['x', '', '<|b', '', '<|a'], stopped: false })
  })

  it('are the markers of a format that has them', () => {
    expect(stopStringsOf({ kind: 'template' })).toEqual([])
    expect(stopStringsOf({ kind: 'h2o', promptStart: '<|prompt|>', answerSeparator: '<|answer|>' })).toEqual([
      '<|prompt|>',
      '<|answer|>',
    ])
  })

  it('that are empty are none', () => expect(feed([''], ['text'])).toEqual({ shown: ['text', ''], stopped: false }))
})
