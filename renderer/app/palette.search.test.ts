import { expect, it } from 'vitest'
import { searchItems } from './palette.search.ts'

const items = [
  { id: '1', label: 'データセット', keywords: 'datasets' },
  { id: '2', label: '学習率', detail: '学習', keywords: 'learning rate training.learning_rate' },
  { id: '3', label: 'LoRA の大きさ(r)', keywords: 'lora r training.lora_r' },
  { id: '4', label: '学習開始', keywords: 'start training' },
]
const found = (query: string) => searchItems(items, query).map(({ id }) => id)

it('shows everything, in order, for no query', () => {
  expect(found(' ')).toEqual(['1', '2', '3', '4'])
})

it('finds by label, by the other language and by key, whatever width, case or kana', () => {
  expect(found('でーた')).toEqual(['1'])
  expect(found('LORA')).toEqual(['3'])
  expect(found('learning_rate')).toEqual(['2'])
})

it('puts labels that begin with the query first, and needs every word', () => {
  expect(found('学習')).toEqual(['2', '4'])
  expect(found('training start')).toEqual(['4'])
  expect(found('無い')).toEqual([])
})
