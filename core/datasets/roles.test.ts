import { describe, expect, it } from 'vitest'
import type { ColumnRole } from '../contract/index.ts'
import { detectRole, rowReader } from './roles.ts'

const reader = (...roles: ColumnRole[]) => rowReader(roles.map((role) => ({ role })))

describe('the cells of a row', () => {
  it('are prompt, answer and system text; missing and empty ones are skipped', () => {
    const read = reader('ignore', 'prompt', 'answer', 'system')
    expect(read(['x', '質問', '答え', '規則'])).toEqual({ prompt: '質問', answer: '答え', system: '規則' })
    expect(read(['x', null, '', null])).toEqual({ prompt: '', answer: '' })
  })

  it('give several filled prompts together and one by one', () => {
    const read = reader('prompt', 'answer', 'prompt')
    expect(read(['指示', '答え', '入力'])).toEqual({
      prompt: '指示\n\n入力',
      promptParts: ['指示', '入力'],
      answer: '答え',
    })
    expect(read(['指示', '答え', ''])).toEqual({ prompt: '指示', answer: '答え' })
  })

  it('name the row, the row before it, and a whole conversation', () => {
    const read = reader('id', 'parent', 'conversation')
    expect(read(['2', '1', '[]'])).toEqual({ prompt: '', answer: '', id: '2', parentId: '1', conversation: '[]' })
    expect(read(['1', null, null])).toEqual({ prompt: '', answer: '', id: '1' })
  })
})

describe('the meaning of a column', () => {
  it('is known by the usual names, however they are written', () => {
    const names = [
      'Instruction',
      '回答',
      ' System ',
      'id',
      'parent_id',
      '親ＩＤ',
      'messages',
      'conversations',
      '会話',
      'memo',
    ]
    expect(names.map(detectRole)).toEqual([
      'prompt',
      'answer',
      'system',
      'id',
      'parent',
      'parent',
      'conversation',
      'conversation',
      'conversation',
      'ignore',
    ])
  })
})
