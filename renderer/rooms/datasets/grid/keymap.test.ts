import { expect, test } from 'vitest'
import { keyIntent, type EditMode, type Intent } from './keymap.ts'

/** `Ctrl+Shift+ArrowDown` → the intent on Windows and Linux, or with Meta on a Mac. */
function press(combination: string, editing: EditMode | null = null, mac = false): Intent | null {
  const parts = combination.split(/\+(?!$)/)
  const key = parts.at(-1) ?? ''
  const has = (modifier: string): boolean => parts.slice(0, -1).includes(modifier)
  return keyIntent(
    { key, code: '', shiftKey: has('Shift'), altKey: has('Alt'), ctrlKey: has('Ctrl'), metaKey: has('Meta') },
    { editing, mac },
  )
}
const named = (combination: string, editing: EditMode | null = null, mac = false): string | null => {
  const intent = press(combination, editing, mac)
  return intent === null ? null : intent.kind === 'command' ? intent.command : JSON.stringify(Object.values(intent))
}

test.each([
  ['ArrowDown', '["move",1,0,false]'],
  ['Shift+ArrowLeft', '["move",0,-1,true]'],
  ['Ctrl+ArrowDown', '["edge",1,0,false]'],
  ['Ctrl+Shift+End', '["edge",1,1,true]'],
  ['Home', '["edge",0,-1,false]'],
  ['Ctrl+Home', '["edge",-1,-1,false]'],
  ['PageDown', '["page",1,false]'],
  ['Enter', '["step","row",false]'],
  ['Shift+Tab', '["step","column",true]'],
  ['F2', 'edit'],
  ['Delete', 'clear'],
  ['Backspace', 'clear'],
  ['Ctrl+a', 'selectAll'],
  ['Shift+ ', 'selectRow'],
  ['Ctrl+ ', 'selectColumn'],
  ['Ctrl+z', 'undo'],
  ['Ctrl+Shift+Z', 'redo'],
  ['Ctrl+y', 'redo'],
  ['Ctrl+s', 'save'],
  ['Ctrl+f', 'find'],
  ['Ctrl+g', 'find'],
  ['Ctrl+h', 'replace'],
  ['Ctrl+Shift++', 'insertLines'],
  ['Ctrl+-', 'deleteLines'],
  ['F6', 'leaveForward'],
  ['Shift+F6', 'leaveBack'],
  ['Shift+F10', 'menu'],
  ['Escape', 'collapse'],
])('%s on a cell', (combination, expected) => {
  expect(named(combination)).toBe(expected)
})

test.each(['a', 'あ', ' ', '=', 'Ctrl+c', 'Ctrl+v', 'Ctrl+x', 'Process', 'F5'])(
  'leaves %s to the textarea',
  (combination) => {
    expect(press(combination)).toBeNull()
  },
)

test('while editing only the keys that end or break a line are taken', () => {
  expect(named('Alt+Enter', 'inside')).toBe('lineBreak')
  expect(named('Shift+Enter', 'typing')).toBe('["step","row",true]')
  expect(named('Escape', 'typing')).toBe('cancel')
  expect(['Delete', 'Home', 'Ctrl+z', 'Ctrl+a', 'Shift+ArrowLeft'].map((key) => named(key, 'inside'))).toEqual([
    null,
    null,
    null,
    null,
    null,
  ])
})

test('arrows leave the cell after typing and move the caret after F2', () => {
  expect([named('ArrowRight', 'typing'), named('ArrowRight', 'inside')]).toEqual(['["commitMove",0,1]', null])
})

test('a Mac uses Command and leaves Control to the system', () => {
  expect([named('Meta+z', null, true), named('Ctrl+a', null, true), named('Meta+ArrowDown', null, true)]).toEqual([
    'undo',
    null,
    '["edge",1,0,false]',
  ])
})
