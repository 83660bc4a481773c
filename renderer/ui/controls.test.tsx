// @vitest-environment happy-dom
import { useState, type ComponentProps } from 'react'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTexts } from '../language/index.ts'
import { allByRole, byRole, clear, click, doing, draw, focus, pressKey, typeInto } from '../testing/dom.tsx'
import {
  Dialog,
  List,
  NumberTextField,
  ProgressBar,
  SearchField,
  Segmented,
  Select,
  stepped,
  Switch,
  Tabs,
  TextField,
  toast,
  ToastArea,
  toastFailure,
  TwoPanes,
} from './index.ts'

beforeAll(() => startTexts('ja'))
const heard: unknown[] = []
beforeEach(() => void heard.splice(0))

/** Holds the value as a room does, and hears every change. */
function useHeard<T>(start: T): [T, (next: T) => void] {
  const [value, setValue] = useState(start)
  const change = (next: T) => {
    heard.push(next)
    setValue(next)
  }
  return [value, change]
}
const field = () => document.querySelector('input')!

describe('List', () => {
  const entries = ['東', '西', '南'].map((title) => ({ id: title, title }))
  function Sides() {
    const [selected, setSelected] = useHeard<string | null>('東')
    return <List label="方角" entries={entries} selected={selected} onSelect={setSelected} />
  }
  const marked = () =>
    allByRole('option')
      .filter((each) => each.getAttribute('aria-selected') === 'true')
      .map(({ textContent }) => textContent)

  it('selects with the arrows, to the first and the last, and stops at the ends', async () => {
    await draw(<Sides />)
    await focus(byRole('option', '東'))
    for (const key of ['ArrowDown', 'ArrowUp', 'ArrowUp', 'End', 'Home']) await pressKey(key)
    expect(heard).toEqual(['西', '東', '南', '東'])
    expect(marked()).toEqual(['東'])
  })

  it('selects nothing when the focus comes to it; an arrow, a key or a click does', async () => {
    const Unchosen = () => {
      const [selected, setSelected] = useHeard<string | null>(null)
      return <List label="方角" entries={entries} selected={selected} onSelect={setSelected} />
    }
    await draw(<Unchosen />)
    await focus(byRole('option', '東'))
    expect([heard, marked()]).toEqual([[], []])
    await pressKey('ArrowDown')
    expect([heard, marked()]).toEqual([['西'], ['西']])
    await clear()
    await draw(<Unchosen />)
    await focus(byRole('listbox', '方角'))
    expect(marked()).toEqual([])
    await pressKey('Enter')
    expect(marked()).toEqual(['東'])
    await clear()
    await draw(<Unchosen />)
    await click(byRole('option', '南'))
    expect(marked()).toEqual(['南'])
  })

  it('finds an entry by what is typed, and never ends without a selection', async () => {
    await draw(<Sides />)
    await focus(byRole('option', '東'))
    await pressKey('南')
    expect(document.activeElement?.textContent).toBe('南')
    await pressKey('Escape')
    expect(marked()).toHaveLength(1)
  })
})

describe('Select', () => {
  function Choice(props: Partial<ComponentProps<typeof Select>>) {
    const [value, setValue] = useHeard<string | null>(null)
    return (
      <Select
        label="モデル"
        placeholder="選んでください"
        items={[
          { id: 'small', label: '小さい' },
          { id: 'broken', label: '壊れている', isDisabled: true },
          { id: 'large', label: '大きい' },
        ]}
        value={value}
        onChange={setValue}
        {...props}
      />
    )
  }
  const trigger = () => document.querySelector('button')!

  it('takes what is pressed and shows it, but nothing that is disabled', async () => {
    await draw(<Choice />)
    expect(trigger().textContent).toBe('選んでください')
    await click(trigger())
    await click(byRole('option', '壊れている'))
    expect(heard).toEqual([])
    await click(byRole('option', '大きい'))
    expect(heard).toEqual(['large'])
    expect(trigger().textContent).toBe('大きい')
    expect(allByRole('listbox')).toEqual([])
  })

  it('closes without a change by Escape, and does not open while disabled', async () => {
    await draw(<Choice />)
    await click(trigger())
    expect(allByRole('listbox')).toHaveLength(1)
    await pressKey('Escape')
    expect([heard, allByRole('listbox')]).toEqual([[], []])
    await clear()
    await draw(<Choice isDisabled />)
    await click(trigger())
    expect(allByRole('listbox')).toEqual([])
  })
})

describe('NumberTextField', () => {
  function Amount({ start, step = 1 }: { readonly start: string; readonly step?: number }) {
    const [value, setValue] = useHeard(start)
    return <NumberTextField label="数" value={value} onChange={setValue} min={1} max={64} step={step} />
  }

  it('steps by arrows and buttons within its bounds', async () => {
    await draw(<Amount start="63" />)
    await focus(field())
    await pressKey('ArrowUp')
    await pressKey('ArrowUp')
    await click(byRole('button', '数を減らす'))
    expect(heard).toEqual(['64', '64', '63'])
  })

  it('keeps what an input method types until it can be read, full width too', async () => {
    await draw(<Amount start="8" />)
    await doing(() => field().dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true })))
    await typeInto(field(), '１')
    await typeInto(field(), '１２')
    await doing(() => field().dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '１２' })))
    expect(field().value).toBe('１２')
    await focus(field())
    await pressKey('ArrowUp')
    expect(heard).toEqual(['１', '１２', '13'])
  })

  it.each([
    ['0.1', 0.1, '0.2'],
    ['5e-5', 1e-5, '0.00006'],
    ['', 1, '0'],
    ['abc', 1, '0'],
    ['9', 5, '10'],
    ['２', -1, '1'],
  ])('%j moved by %d is %j', (text, delta, moved) => {
    expect(stepped(text, delta, 0, 10)).toBe(moved)
  })
})

it('TextField ties its error and its help to the input', async () => {
  await draw(<TextField label="名前" value="" onChange={() => {}} help="短く" error="空です" />)
  const described = (field().getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent)
  expect(described.sort()).toEqual(['短く', '空です'].sort())
  expect(field().getAttribute('aria-invalid')).toBe('true')
})

it('SearchField is emptied by Escape', async () => {
  function Search() {
    const [value, setValue] = useHeard('寺')
    return <SearchField label="検索" value={value} onChange={setValue} />
  }
  await draw(<Search />)
  await focus(field())
  await pressKey('Escape')
  expect([heard, field().value]).toEqual([[''], ''])
})

it('Segmented moves by arrows, round the end', async () => {
  function Themes() {
    const [value, setValue] = useHeard('a')
    const items = ['a', 'b', 'c'].map((id) => ({ id, label: id }))
    return <Segmented label="外観" items={items} value={value} onChange={setValue} />
  }
  await draw(<Themes />)
  await focus(field())
  await pressKey('ArrowRight')
  await pressKey('ArrowRight')
  await pressKey('ArrowRight')
  expect(heard).toEqual(['b', 'c', 'a'])
})

it('Tabs show one panel at a time, by arrows', async () => {
  const tabs = ['一', '二'].map((label) => ({ id: label, label, content: `${label}の中身` }))
  await draw(<Tabs label="表" tabs={tabs} />)
  const panel = () => allByRole('tabpanel').map(({ textContent }) => textContent)
  expect(panel()).toEqual(['一の中身'])
  await focus(byRole('tab', '一'))
  await pressKey('ArrowRight')
  expect(panel()).toEqual(['二の中身'])
})

it('Switch turns at once, and not while disabled', async () => {
  function Two() {
    const [value, setValue] = useHeard(false)
    return (
      <>
        <Switch value={value} onChange={setValue} label="使う" />
        <Switch value={false} onChange={setValue} label="使えない" isDisabled />
      </>
    )
  }
  await draw(<Two />)
  for (const input of document.querySelectorAll('input')) await click(input)
  expect(heard).toEqual([true])
})

it.each([
  [0, '0', '0%'],
  [0.4, '40', '40%'],
  [1.2, '100', '100%'],
  [null, null, '30%'],
])('ProgressBar of %s says %s and is %s wide', async (value, now, width) => {
  await draw(<ProgressBar label="進み具合" value={value} />)
  const bar = byRole('progressbar', '進み具合')
  expect(bar.getAttribute('aria-valuenow')).toBe(now)
  expect((bar.firstElementChild!.firstElementChild as HTMLElement).style.width).toBe(width)
})

it('TwoPanes keeps the bar within its bounds by keys', async () => {
  function Panes() {
    const [width, setWidth] = useHeard<number | undefined>(undefined)
    return <TwoPanes left="左" right="右" width={width} onWidthChange={setWidth} leftWidth={208} />
  }
  await draw(<Panes />)
  const bar = byRole('separator', '一覧の幅')
  await focus(bar)
  for (const key of ['ArrowLeft', 'ArrowRight', 'End', 'ArrowRight', 'a']) await pressKey(key)
  expect(heard).toEqual([200, 216, 440, 440])
  expect(bar.getAttribute('aria-valuenow')).toBe('440')
})

it('Dialog takes the focus, closes by Escape and by its cross, and gives the focus back', async () => {
  function Asking() {
    const [isOpen, setOpen] = useHeard(false)
    return (
      <>
        <button onClick={() => setOpen(true)}>開く</button>
        <Dialog title="名前" isOpen={isOpen} onClose={() => setOpen(false)}>
          <TextField label="名前" value="" onChange={() => {}} autoFocus />
        </Dialog>
      </>
    )
  }
  await draw(<Asking />)
  const opener = byRole('button', '開く')
  for (const close of [() => pressKey('Escape'), () => click(byRole('button', '閉じる', byRole('dialog', '名前')))]) {
    await focus(opener)
    await click(opener)
    expect(document.activeElement).toBe(field())
    await close()
    expect(allByRole('dialog')).toEqual([])
    await vi.waitFor(() => expect(document.activeElement).toBe(opener))
  }
  expect(heard).toEqual([true, false, true, false])
})

it('toasts wait their turn behind three, are closed one by one, and one with an act does it once', async () => {
  await draw(<ToastArea />)
  const shown = () => allByRole('alertdialog').map((each) => each.querySelector('[slot="title"]')?.textContent)
  await doing(() => {
    toastFailure('失敗', 'failure')
    toastFailure('失敗', 'failure')
    toast('一')
    toast('二', { label: '元に戻す', run: () => void heard.push('undone') })
    toast('三')
  })
  expect(shown().sort()).toEqual(['三', '一', '二'].sort())
  await click(byRole('button', '元に戻す'))
  expect(heard).toEqual(['undone'])
  expect(shown().sort()).toEqual(['三', '一', '失敗'].sort())
  while (allByRole('alertdialog')[0]) await click(byRole('button', '閉じる', allByRole('alertdialog')[0]))
  expect(shown()).toEqual([])
})
