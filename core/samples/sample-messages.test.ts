import { describe, expect, it } from 'vitest'
import { readConversation } from './sample-messages.ts'

const read = (value: unknown) => readConversation(JSON.stringify(value))

describe('a conversation in a cell', () => {
  const turns = [
    { prompt: '一', answer: '二' },
    { prompt: '三', answer: '四' },
  ]

  it("is read in OpenAI's form, bare or as messages", () => {
    const messages = [
      { role: 'system', content: '規則' },
      { role: 'user', content: '一' },
      { role: 'assistant', content: '二' },
      { role: 'user', content: [{ type: 'text', text: '三' }] },
      { role: 'assistant', content: '四' },
    ]
    expect([read(messages), read({ messages })]).toEqual([
      { system: '規則', turns },
      { system: '規則', turns },
    ])
  })

  it("is read in ShareGPT's form, with the system text beside it or in it", () => {
    const conversations = [
      { from: 'human', value: '一' },
      { from: 'gpt', value: '二' },
      { from: 'human', value: '三' },
      { from: 'gpt', value: '四' },
    ]
    expect(read({ conversations, system: '規則' })).toEqual({ system: '規則', turns })
    expect(read([{ from: 'system', value: '規則' }, ...conversations])).toEqual({ system: '規則', turns })
    expect(read(conversations)).toEqual({ turns })
  })

  it('joins messages of one side, and leaves out an answer without a question and a question without an answer', () => {
    const said = (role: string, content: string) => ({ role, content })
    expect(
      read([
        said('assistant', 'ようこそ'),
        said('user', '一'),
        said('user', '続き'),
        said('assistant', '二'),
        said('assistant', 'また'),
        said('user', '三'),
      ]),
    ).toEqual({ turns: [{ prompt: '一\n\n続き', answer: '二\n\nまた' }] })
  })

  it('is refused with the reason', () => {
    const unreadable = [
      readConversation('こんにちは'),
      readConversation(''),
      read({ role: 'user' }),
      read([{ role: 'tool', content: '1' }]),
      read([{ role: 'constructor', content: '1' }]),
      read([{ role: 'user', content: null }]),
    ]
    expect(unreadable).toEqual(unreadable.map(() => ({ issue: 'conversation-unreadable' })))
    const unanswered = [
      read([]),
      read([{ role: 'user', content: '一' }]),
      read([
        { role: 'user', content: '一' },
        { role: 'assistant', content: ' ' },
      ]),
    ]
    expect(unanswered).toEqual(unanswered.map(() => ({ issue: 'conversation-unanswered' })))
  })
})
